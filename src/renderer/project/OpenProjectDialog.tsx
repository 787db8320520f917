import { ArchiveRestore, BookOpen } from 'lucide-react'
import { type FormEvent, useId, useState } from 'react'
import { client } from '../bridge/client.ts'
import { canBeRead, canBeRestored } from '../state/openProject.ts'
import { closeDialog, givenNow, openDialog } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Field } from '../ui/Field.tsx'
import { Modal } from '../ui/Modal.tsx'
import { Note } from '../ui/Note.tsx'
import { useAction } from '../ui/useAction.ts'
import { PathPicker } from './PathPicker.tsx'

export function OpenProjectDialog({ onClose }: { onClose: () => void }) {
  const formId = useId()
  const [given] = useState(givenNow)
  const [path, setPath] = useState(given?.path ?? '')
  const { busy, error: failure, run } = useAction()
  // The error that it was opened with shows until another attempt.
  const [tried, setTried] = useState(false)
  const error = tried ? failure : (given?.error ?? null)

  const open = (file: string, readOnly = false) =>
    run(async () => {
      setTried(true)
      setPath(file)
      await client.project.open({ path: file.trim(), readOnly })
      closeDialog()
    })

  return (
    <Modal
      title={texts.start.open}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{texts.common.cancel}</Button>
          <Button kind="primary" type="submit" form={formId} disabled={busy || !path.trim()}>
            {texts.common.open}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        className="flex flex-col gap-4"
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          void open(path)
        }}
      >
        {given?.note && <Note>{given.note}</Note>}
        <Field label={texts.create.file} hint={texts.start.openHint}>
          {(ids) => (
            <PathPicker
              {...ids}
              kind="open-file"
              title={texts.create.file}
              extensions={['surmise']}
              value={path}
              onChange={setPath}
              onPick={(file) => void open(file)}
            />
          )}
        </Field>
        {error && <ErrorLine error={error} />}
        {error && (canBeRead(error) || canBeRestored(error)) && (
          <div className="flex gap-2">
            {canBeRead(error) && (
              <Button disabled={busy} onClick={() => void open(path, true)}>
                <BookOpen size={14} aria-hidden /> {texts.start.openReadOnly}
              </Button>
            )}
            {canBeRestored(error) && (
              <Button disabled={busy} onClick={() => openDialog('backups', { path: path.trim(), note: null })}>
                <ArchiveRestore size={14} aria-hidden /> {texts.backups.open}
              </Button>
            )}
          </div>
        )}
      </form>
    </Modal>
  )
}
