import { type KeyboardEvent, useState } from 'react'
import type { ErrorReport } from '../../contract/schemas.ts'
import { type Clash, clashOf, isWhole, withKey } from '../actions/keyMap.ts'
import { keyOf } from '../actions/keys.ts'
import { type Action, actions, keyName, keysOfLabels } from '../actions/registry.ts'
import { saveKeys } from '../state/preferences.ts'
import { useLabels } from '../state/queries.ts'
import { useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Kbd } from '../ui/Kbd.tsx'
import { Modal } from '../ui/Modal.tsx'
import { ScrollRegion } from '../ui/ScrollRegion.tsx'
import { useAction } from '../ui/useAction.ts'

const words = texts.help

/** The key pressed for an action, and why the action can't have it. */
interface Refused {
  action: Action
  key: string
  clash: Clash
}

/** All shortcuts; each can be changed. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  const labels = useLabels()
  const keyMap = useUi((state) => state.keyMap)
  const [asked, setAsked] = useState<string | null>(null)
  const [refused, setRefused] = useState<Refused | null>(null)
  const { error, run } = useAction()
  const keys = keysOfLabels(labels)
  const withKeys = labels.filter(({ id }) => keys.has(id))

  const give = (action: Action, key: string, from?: Action): void => {
    setRefused(null)
    void run(() => saveKeys(withKey(keyMap, action, key, from)))
  }
  const press = (action: Action, event: KeyboardEvent): void => {
    const key = keyOf(event.nativeEvent)
    event.preventDefault()
    event.stopPropagation()
    if (!isWhole(key)) return
    setAsked(null)
    if (key === 'Escape') return
    const clash = clashOf(action, key, actions, labels)
    if (clash) setRefused({ action, key, clash })
    else give(action, key)
  }
  const group = (name: Action['group']) => (
    <GroupTable
      group={name}
      asked={asked}
      onAsk={(id) => {
        setAsked(id)
        setRefused(null)
      }}
      onPress={press}
    />
  )

  return (
    <Modal
      title={words.title}
      width="wide"
      onClose={onClose}
      foot={
        <>
          <span className="flex-1 text-[13px] text-muted">{words.editHint}</span>
          <Button disabled={Object.keys(keyMap).length === 0} onClick={() => void run(() => saveKeys({}))}>
            {words.reset}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {error && <ErrorLine error={error} />}
        {refused && <RefusedKey refused={refused} onTake={give} />}
        <ScrollRegion label={words.title} className="-mx-1 grid max-h-[60vh] gap-x-10 gap-y-6 px-1 sm:grid-cols-2">
          <div className="flex flex-col gap-6">
            {group('Image')}
            {group('LabelByLabel')}
          </div>
          <div className="flex flex-col gap-6">
            {group('Everywhere')}
            {group('Grid')}
            {group('Model')}
            <div className="flex flex-col gap-2">
              <LabelTable
                rows={withKeys.map(({ id, name }) => ({ id: String(id), title: name, key: keyName(keys.get(id)!) }))}
              />
              <p className="m-0 text-[13px] text-muted">{words.labelKeys}</p>
            </div>
          </div>
        </ScrollRegion>
      </div>
    </Modal>
  )
}

function RefusedKey({
  refused: { action, key, clash },
  onTake,
}: {
  refused: Refused
  onTake: (action: Action, key: string, from: Action) => void
}) {
  const name = keyName(key)
  const reports: Record<Clash['kind'], () => Pick<ErrorReport, 'message' | 'hint'>> = {
    taken: () => ({ message: words.taken(name), hint: words.takenHint }),
    action: () => ({
      message: words.clash(name, clash.kind === 'action' ? clash.other.title : ''),
      hint: words.clashHint,
    }),
    label: () => ({
      message: words.labelClash(name, clash.kind === 'label' ? clash.name : ''),
      hint: words.labelClashHint,
    }),
  }
  const other = clash.kind === 'action' ? actions.find(({ id }) => id === clash.other.id) : undefined
  return (
    <div className="flex flex-col items-start gap-2">
      <ErrorLine error={reports[clash.kind]()} />
      {other && <Button onClick={() => onTake(action, key, other)}>{words.take(other.title)}</Button>}
    </div>
  )
}

function GroupTable({
  group,
  asked,
  onAsk,
  onPress,
}: {
  group: Action['group']
  /** The action that is waiting for its new key. */
  asked: string | null
  onAsk: (id: string | null) => void
  onPress: (action: Action, event: KeyboardEvent) => void
}) {
  return (
    <table className="w-full border-collapse self-start">
      <Heads title={words.groups[group]} />
      <tbody>
        {actions
          .filter((action) => action.group === group)
          .map((action) => {
            const names = action.keys.map(keyName)
            return (
              <tr key={action.id} className="border-t border-line">
                <th scope="row" className="py-1 pr-3 text-left font-normal">
                  {action.title}
                </th>
                <td className="py-1 text-right whitespace-nowrap">
                  <button
                    type="button"
                    data-action={action.id}
                    className="inline-flex min-h-6 items-center gap-1 rounded px-1 hover:bg-sunken"
                    onClick={() => onAsk(action.id)}
                    onBlur={() => asked === action.id && onAsk(null)}
                    onKeyDown={(event) => asked === action.id && onPress(action, event)}
                  >
                    <span className="sr-only">{action.title}</span>
                    {asked === action.id && <span className="text-[13px] text-accent">{words.press}</span>}
                    {asked !== action.id && names.map((name) => <Kbd key={name} keys={name} />)}
                    {asked !== action.id && names.length === 0 && (
                      <span className="text-[13px] text-muted">{words.none}</span>
                    )}
                  </button>
                </td>
              </tr>
            )
          })}
      </tbody>
    </table>
  )
}

function LabelTable({ rows }: { rows: readonly { id: string; title: string; key: string }[] }) {
  if (rows.length === 0) return null
  return (
    <table className="w-full border-collapse self-start">
      <Heads title={texts.labels.title} />
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} className="border-t border-line">
            <th scope="row" className="max-w-56 truncate py-1 pr-3 text-left font-normal">
              <bdi>{row.title}</bdi>
            </th>
            <td className="py-1 pr-1 text-right">
              <Kbd keys={row.key} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Heads({ title }: { title: string }) {
  return (
    <>
      <caption className="pb-1 text-left text-[13px] font-medium text-muted">{title}</caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">{words.action}</th>
          <th scope="col">{words.key}</th>
        </tr>
      </thead>
    </>
  )
}
