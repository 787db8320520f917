import { File, Folder, Image } from 'lucide-react'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import type { FolderListing } from '../../contract/schemas.ts'
import { texts } from '../texts/index.ts'
import { Name } from '../ui/Name.tsx'

type Entry = FolderListing['entries'][number]

/** The contents of a folder: arrows move, Enter opens a folder, Backspace leaves it. */
export function EntryList({
  entries,
  folder,
  file,
  takesFocus,
  onOpen,
  onUp,
  onFile,
  onAccept,
}: {
  entries: readonly Entry[]
  /** Null until the first folder has been read. */
  folder: string | null
  /** The chosen entry. */
  file: string | null
  takesFocus: boolean
  onOpen: (folder: string) => void
  onUp: () => void
  onFile: (entry: Entry) => void
  /** A file was chosen by double click or Enter. */
  onAccept: (entry: Entry) => void
}) {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState(0)
  const [from, setFrom] = useState(folder)

  if (folder !== from) {
    // Going up focuses the folder that was left.
    const last = entries.findIndex((entry) => entry.path === from)
    setFrom(folder)
    setActive(Math.max(0, last))
  }
  const row = (index: number) => `${id}-${index}`
  useEffect(() => {
    document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: 'nearest' })
  }, [id, active])

  const moveTo = (index: number) => {
    const place = Math.max(0, Math.min(entries.length - 1, index))
    setActive(place)
    const entry = entries[place]
    if (entry?.kind === 'file') onFile(entry)
  }
  const press = (event: KeyboardEvent) => {
    const entry = entries[active]
    const page = Math.max(1, Math.floor((list.current?.clientHeight ?? 0) / 32) - 1)
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key in steps) moveTo(active + steps[event.key])
    else if (event.key === 'Home') moveTo(0)
    else if (event.key === 'End') moveTo(entries.length - 1)
    else if (event.key === 'Backspace' || event.key === 'ArrowLeft') onUp()
    else if (event.key === 'ArrowRight' && entry?.kind === 'folder') onOpen(entry.path)
    else if (event.key === 'Enter' && entry) entry.kind === 'folder' ? onOpen(entry.path) : onAccept(entry)
    else if (event.key.length === 1 && event.key !== ' ') moveTo(nextWith(entries, active, event.key))
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div
      ref={list}
      role="listbox"
      aria-label={texts.browse.contents}
      tabIndex={0}
      data-first-focus={takesFocus || undefined}
      aria-activedescendant={entries.length > 0 ? row(active) : undefined}
      onKeyDown={press}
      className="group relative min-w-0 flex-1 overflow-auto rounded-md border border-line bg-surface p-1"
    >
      {folder !== null && entries.length === 0 && (
        // Screen readers skip an empty listbox, so this disabled entry stands in.
        <button type="button" role="option" aria-selected={false} disabled className="p-3 text-muted">
          {texts.browse.empty}
        </button>
      )}
      {entries.map((entry, index) => {
        const Icon = entry.kind === 'folder' ? Folder : entry.image ? Image : File
        return (
          <button
            key={entry.path}
            id={row(index)}
            type="button"
            role="option"
            tabIndex={-1}
            aria-selected={entry.kind === 'file' && entry.path === file}
            data-active={index === active || undefined}
            className="flex h-8 w-full scroll-my-1 items-center gap-2.5 rounded px-2 text-left [content-visibility:auto] hover:bg-sunken group-focus-visible:data-active:bg-sunken aria-selected:bg-accent-soft!"
            // Focus stays on the list.
            onMouseDown={(event) => {
              event.preventDefault()
              list.current?.focus()
            }}
            onClick={() => (entry.kind === 'folder' ? onOpen(entry.path) : moveTo(index))}
            onDoubleClick={() => entry.kind === 'file' && onAccept(entry)}
          >
            <Icon size={16} className={entry.kind === 'folder' ? 'text-accent' : 'text-muted'} aria-hidden />
            <Name>{entry.name}</Name>
          </button>
        )
      })}
    </div>
  )
}

/** The next entry that starts with a letter, wrapping around. */
function nextWith(entries: readonly Entry[], active: number, letter: string): number {
  const wanted = letter.toLowerCase()
  for (let step = 1; step <= entries.length; step++) {
    const place = (active + step) % entries.length
    if (entries[place].name.toLowerCase().startsWith(wanted)) return place
  }
  return active
}
