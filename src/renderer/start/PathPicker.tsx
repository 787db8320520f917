import { useState } from 'react'
import { client } from '../bridge/client.ts'
import { useInfo } from '../state/queries.ts'
import { notifyError } from '../state/ui.ts'
import { texts } from '../texts.ts'
import { Button } from '../ui/Button.tsx'
import { Input } from '../ui/Field.tsx'
import { BrowseDialog } from './BrowseDialog.tsx'

export type PathKind = 'folder' | 'open-file' | 'save-file'

/** A place of the machine that the program runs on: typed, or chosen in the system's dialog, or in ours where that has none. */
export function PathPicker({
  kind,
  value,
  onChange,
  onPick = onChange,
  title,
  extensions,
  defaultName,
  startFolder = null,
  ...field
}: {
  kind: PathKind
  value: string
  onChange: (path: string) => void
  /** Chosen in a dialog, where that is enough to go on. */
  onPick?: (path: string) => void
  title: string
  /** Without the dot. */
  extensions?: readonly string[]
  defaultName?: string
  /** Where to look while nothing is chosen. */
  startFolder?: string | null
  id?: string
  'aria-describedby'?: string
  disabled?: boolean
  placeholder?: string
}) {
  const { data: info } = useInfo()
  const [browsing, setBrowsing] = useState(false)

  const choose = async () => {
    if (!info?.nativeDialogs) {
      setBrowsing(true)
      return
    }
    try {
      const defaultPath = value || startFolder || defaultName
      const { path } = await client.app.pick({ kind, title, defaultPath, extensions: extensions && [...extensions] })
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
        disabled={field.disabled || !info}
        onClick={() => void choose()}
      >
        {texts.common.choose}
      </Button>
      {browsing && (
        <BrowseDialog
          kind={kind}
          title={title}
          start={value}
          startFolder={startFolder}
          extensions={extensions}
          defaultName={defaultName}
          onClose={() => setBrowsing(false)}
          onChoose={(path) => {
            setBrowsing(false)
            onPick(path)
          }}
        />
      )}
    </div>
  )
}
