import { ArrowUp, ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { texts } from '../texts/index.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Field, Input } from '../ui/Field.tsx'
import { Modal } from '../ui/Modal.tsx'
import { EntryList } from './EntryList.tsx'
import type { PathKind } from './PathPicker.tsx'
import { baseName, crumbsOf, joinPath, parentOf } from './paths.ts'
import { useFolder } from './useFolder.ts'

/** Our own file dialog, where the system's isn't available. Not a form, because it may be inside one. */
export function BrowseDialog({
  kind,
  title,
  start,
  startFolder,
  extensions,
  defaultName = '',
  onChoose,
  onClose,
}: {
  kind: PathKind
  title: string
  /** The current choice, if any. */
  start: string
  /** Where to start without a choice; null for the home folder. */
  startFolder: string | null
  extensions?: readonly string[]
  defaultName?: string
  onChoose: (path: string) => void
  onClose: () => void
}) {
  const { listing, error, go } = useFolder((kind === 'folder' ? start : parentOf(start)) || startFolder, extensions)
  const [name, setName] = useState(() => (kind === 'save-file' ? baseName(start) || defaultName : ''))
  const [file, setFile] = useState<string | null>(null)

  const entries = (listing?.entries ?? []).filter((entry) =>
    entry.kind === 'folder' ? !isCache.test(entry.name) : kind !== 'folder',
  )
  const images = listing?.entries.filter((entry) => entry.image).length ?? 0
  const open = (folder: string) => {
    setFile(null)
    void go(folder)
  }
  const whole = withExtension(name.trim(), extensions)
  const taken = kind === 'save-file' && entries.some((entry) => entry.kind === 'file' && entry.name === whole)

  const chosen = !listing
    ? null
    : kind === 'folder'
      ? listing.folder
      : kind === 'open-file'
        ? file
        : whole && joinPath(listing.folder, whole)
  const accept = () => {
    if (chosen) onChoose(chosen)
  }

  return (
    <Modal
      title={title}
      width="wide"
      onClose={onClose}
      foot={
        <>
          <p role="status" className="m-0 mr-auto text-muted">
            {kind === 'folder' && listing && texts.browse.images(images)}
            {taken && texts.browse.exists}
          </p>
          <Button onClick={onClose}>{texts.common.cancel}</Button>
          <Button kind="primary" disabled={!chosen} onClick={accept}>
            {kind === 'folder' && listing ? texts.browse.takeThis(baseName(listing.folder)) : useText[kind]}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <div className="flex items-center gap-1">
          <IconButton
            label={texts.browse.up}
            disabled={!listing?.parent}
            onClick={() => listing?.parent && open(listing.parent)}
          >
            <ArrowUp size={16} aria-hidden />
          </IconButton>
          {listing && <Crumbs folder={listing.folder} onOpen={open} />}
        </div>
        <div className="flex h-[46vh] min-h-48 gap-3">
          <nav aria-label={texts.browse.places} className="flex w-36 shrink-0 flex-col gap-0.5 overflow-auto">
            {listing?.places.map((place) => (
              <button
                key={place.path}
                type="button"
                aria-current={place.path === listing.folder || undefined}
                className="truncate rounded-md px-2.5 py-1.5 text-left hover:bg-sunken aria-[current]:bg-accent-soft"
                onClick={() => open(place.path)}
              >
                {place.name}
              </button>
            ))}
          </nav>
          <EntryList
            entries={entries}
            folder={listing?.folder ?? null}
            file={file}
            takesFocus={kind !== 'save-file'}
            onOpen={open}
            onUp={() => listing?.parent && open(listing.parent)}
            onFile={(entry) => {
              setFile(entry.path)
              if (kind === 'save-file') setName(entry.name)
            }}
            onAccept={(entry) => (kind === 'open-file' ? onChoose(entry.path) : setName(entry.name))}
          />
        </div>
        {kind === 'save-file' && (
          <Field label={texts.browse.fileName}>
            {(ids) => (
              <Input
                {...ids}
                value={name}
                spellCheck={false}
                onChange={(event) => setName(event.target.value)}
                onKeyDown={(event) => {
                  if (event.key !== 'Enter') return
                  // Otherwise the key would also press whatever gets focus next.
                  event.preventDefault()
                  accept()
                }}
              />
            )}
          </Field>
        )}
        {error && <ErrorLine error={error} />}
      </div>
    </Modal>
  )
}

/** A project's caches, which are of no interest to people. */
const isCache = /\.surmise-cache$/

const useText = { folder: texts.browse.use, 'open-file': texts.common.open, 'save-file': texts.common.save }

/** Adds the default extension to a name without one. */
function withExtension(name: string, extensions: readonly string[] | undefined): string {
  return name === '' || name.includes('.') || !extensions?.[0] ? name : `${name}.${extensions[0]}`
}

function Crumbs({ folder, onOpen }: { folder: string; onOpen: (folder: string) => void }) {
  const crumbs = crumbsOf(folder)
  return (
    <nav aria-label={texts.browse.path} className="flex min-w-0 flex-wrap items-center">
      {crumbs.map(({ name, path }, index) => (
        <span key={path} className="inline-flex min-w-0 items-center">
          {index > 0 && <ChevronRight size={14} className="shrink-0 text-muted" aria-hidden />}
          <button
            type="button"
            aria-current={index === crumbs.length - 1 ? 'location' : undefined}
            className="max-w-52 truncate rounded px-1.5 py-1 text-muted hover:bg-sunken aria-[current]:font-medium aria-[current]:text-text"
            onClick={() => onOpen(path)}
          >
            {name}
          </button>
        </span>
      ))}
    </nav>
  )
}
