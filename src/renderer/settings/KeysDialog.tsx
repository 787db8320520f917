import { type Action, actions, keyName, keysOfLabels } from '../actions/registry.ts'
import { useLabels } from '../state/queries.ts'
import { texts } from '../texts.ts'
import { Kbd } from '../ui/Kbd.tsx'
import { Modal } from '../ui/Modal.tsx'

/** Every key and what it does. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  const labels = useLabels()
  const keys = keysOfLabels(labels)
  const withKey = labels.filter(({ id }) => keys.has(id))
  return (
    <Modal title={texts.help.title} width="wide" onClose={onClose}>
      <div className="grid gap-x-10 gap-y-6 sm:grid-cols-2">
        <GroupTable group="Image" />
        <div className="flex flex-col gap-6">
          <GroupTable group="Grid" />
          <GroupTable group="Everywhere" />
          <div className="flex flex-col gap-2">
            <KeyTable
              title={texts.labels.title}
              rows={withKey.map(({ id, name }) => ({ id: String(id), title: name, keys: [keyName(keys.get(id)!)] }))}
            />
            <p className="m-0 text-[13px] text-muted">{texts.help.labelKeys}</p>
          </div>
        </div>
      </div>
    </Modal>
  )
}

function GroupTable({ group }: { group: Action['group'] }) {
  const rows = actions
    .filter((action) => action.group === group && action.keys.length > 0)
    .map(({ id, title, keys }) => ({ id, title, keys: keys.map(keyName) }))
  return <KeyTable title={texts.help.groups[group]} rows={rows} />
}

function KeyTable({ title, rows }: { title: string; rows: readonly { id: string; title: string; keys: string[] }[] }) {
  if (rows.length === 0) return null
  return (
    <table className="w-full border-collapse self-start">
      <caption className="pb-1 text-left text-[13px] font-medium text-muted">{title}</caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">{texts.help.action}</th>
          <th scope="col">{texts.help.key}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} className="border-t border-line">
            <th scope="row" className="py-1.5 pr-3 text-left font-normal">
              {row.title}
            </th>
            <td className="py-1.5 text-right whitespace-nowrap">
              <span className="inline-flex gap-1">
                {row.keys.map((key) => (
                  <Kbd key={key} keys={key} />
                ))}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
