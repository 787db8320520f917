import { Check, Pencil, Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import type { Label, SavedFilter } from '../../contract/schemas.ts'
import { client } from '../bridge/client.ts'
import { changeSaved, chooseSaved, useSavedFilters } from '../state/filters.ts'
import { formatView } from '../state/filterText.ts'
import { useLabels } from '../state/queries.ts'
import { useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Input } from '../ui/Field.tsx'
import { Name } from '../ui/Name.tsx'
import { useAction } from '../ui/useAction.ts'

/** The saved filters: apply, rename or delete one, or save the current filter. */
export function SavedFilters({ readOnly }: { readOnly: boolean }) {
  const saved = useSavedFilters()
  const labels = useLabels()
  const filter = useUi((state) => state.filter)
  const sort = useUi((state) => state.sort)
  const shown = formatView({ filter, sort }, labels)
  const [name, setName] = useState('')
  const [renamed, setRenamed] = useState<string | null>(null)
  const { busy, error, run } = useAction()
  const exists = saved.some((one) => one.name === name.trim().normalize('NFC'))

  const save = (event: FormEvent): void => {
    event.preventDefault()
    void run(async () => {
      await changeSaved(client.filters.save({ name, filter, sort }))
      setName('')
    })
  }
  const rename = (from: string, to: string) =>
    run(async () => {
      await changeSaved(client.filters.rename({ name: from, to }))
      setRenamed(null)
    })

  return (
    <>
      {saved.length === 0 && <p className="m-0 text-muted">{texts.filters.none}</p>}
      {saved.length > 0 && (
        <ul aria-label={texts.filters.saved} className="m-0 -mx-2 flex list-none flex-col p-0">
          {saved.map((one) => (
            <li key={one.name} className="flex h-9 items-center gap-1 rounded-md px-2 hover:bg-canvas">
              {renamed === one.name ? (
                <RenameForm name={one.name} onDone={(to) => (to ? void rename(one.name, to) : setRenamed(null))} />
              ) : (
                <SavedLine
                  saved={one}
                  labels={labels}
                  isShown={formatView(one, labels) === shown}
                  readOnly={readOnly}
                  onRename={() => setRenamed(one.name)}
                  onRemove={() => void run(() => changeSaved(client.filters.remove({ name: one.name })))}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      {!readOnly && (
        <form onSubmit={save} className="flex gap-2 border-t border-line pt-3">
          <Input
            aria-label={texts.filters.nameOfNew}
            placeholder={texts.filters.nameOfNew}
            maxLength={200}
            autoComplete="off"
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
          <Button type="submit" kind="primary" disabled={busy || name.trim() === ''}>
            {exists ? texts.filters.replace : texts.common.save}
          </Button>
        </form>
      )}
      {error && <ErrorLine error={error} />}
    </>
  )
}

function SavedLine({
  saved,
  labels,
  isShown,
  readOnly,
  onRename,
  onRemove,
}: {
  saved: SavedFilter
  labels: readonly Label[]
  isShown: boolean
  readOnly: boolean
  onRename: () => void
  onRemove: () => void
}) {
  return (
    <>
      <button
        type="button"
        aria-pressed={isShown}
        title={formatView(saved, labels)}
        onClick={() => chooseSaved(saved, labels)}
        className="flex h-full min-w-0 flex-1 items-center gap-2 text-left"
      >
        <Check size={14} className={`shrink-0 ${isShown ? '' : 'invisible'}`} aria-hidden />
        <Name>{saved.name}</Name>
      </button>
      {!readOnly && (
        <>
          <IconButton label={texts.filters.rename(saved.name)} className="size-7" onClick={onRename}>
            <Pencil size={13} aria-hidden />
          </IconButton>
          <IconButton label={texts.filters.remove(saved.name)} className="size-7" onClick={onRemove}>
            <Trash2 size={13} aria-hidden />
          </IconButton>
        </>
      )}
    </>
  )
}

function RenameForm({ name, onDone }: { name: string; onDone: (to: string | null) => void }) {
  const [to, setTo] = useState(name)
  return (
    <form
      className="flex flex-1 gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        onDone(to.trim() || null)
      }}
    >
      <Input
        autoFocus
        aria-label={texts.filters.newName(name)}
        maxLength={200}
        autoComplete="off"
        value={to}
        onChange={({ target }) => setTo(target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          // Discards the new name but leaves the panel open.
          event.stopPropagation()
          onDone(null)
        }}
      />
      <Button type="submit">{texts.common.save}</Button>
    </form>
  )
}
