import { useState } from 'react'
import { client } from '../bridge/client.ts'
import { fetchInfo, queryClient } from '../state/queries.ts'
import { notifyError } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { Input } from '../ui/Field.tsx'
import { BrowseDialog } from './BrowseDialog.tsx'

export type PathKind = 'folder' | 'open-file' | 'save-file'

/** A path on the machine that the program runs on: typed, or chosen in the system's dialog, or in ours if there is none. */
export function PathPicker({
  kind,
  value,
  onChange,
  onPick = onChange,
  title,
  extensions,
  defaultName,
  startFolder = null,
  orFolder,
  ...field
}: {
  kind: PathKind
  value: string
  onChange: (path: string) => void
  /** Called after a choice in a dialog, if that is enough to continue. */
  onPick?: (path: string) => void
  title: string
  /** Without the dot. */
  extensions?: readonly string[]
  defaultName?: string
  /** Where to start while nothing is chosen. */
  startFolder?: string | null
  /** Label of a second button, if a folder may be chosen too. */
  orFolder?: string
  id?: string
  'aria-describedby'?: string
  disabled?: boolean
  placeholder?: string
}) {
  const [browsing, setBrowsing] = useState<PathKind | null>(null)
  const extensionsOf = (wanted: PathKind) => (wanted === 'folder' ? undefined : extensions)

  const choose = async (wanted: PathKind) => {
    try {
      // Fetched on click: a button that waited for the answer might not be there yet for fast users.
      if (!(await queryClient.ensureQueryData(fetchInfo)).nativeDialogs) {
        setBrowsing(wanted)
        return
      }
      const defaultPath = value || startFolder || defaultName
      const endings = extensionsOf(wanted)
      const { path } = await client.app.pick({ kind: wanted, title, defaultPath, extensions: endings && [...endings] })
      if (path !== null) onPick(path)
    } catch (error) {
      notifyError(error)
    }
  }

  return (
    <div className="flex gap-2">
      <Input
        {...field}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        spellCheck={false}
        autoComplete="off"
      />
      <Button
        aria-label={texts.browse.chooseFor(title)}
        aria-haspopup="dialog"
        disabled={field.disabled}
        onClick={() => void choose(kind)}
      >
        {texts.common.choose}
      </Button>
      {orFolder && (
        <Button aria-haspopup="dialog" disabled={field.disabled} onClick={() => void choose('folder')}>
          {orFolder}
        </Button>
      )}
      {browsing && (
        <BrowseDialog
          kind={browsing}
          title={title}
          start={value}
          startFolder={startFolder}
          extensions={extensionsOf(browsing)}
          defaultName={defaultName}
          onClose={() => setBrowsing(null)}
          onChoose={(path) => {
            setBrowsing(null)
            onPick(path)
          }}
        />
      )}
    </div>
  )
}
