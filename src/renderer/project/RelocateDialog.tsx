import { type FormEvent, useId, useState } from 'react'
import { client } from '../bridge/client.ts'
import { useProject } from '../state/queries.ts'
import { closeDialog } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Field } from '../ui/Field.tsx'
import { Modal } from '../ui/Modal.tsx'
import { useAction } from '../ui/useAction.ts'
import { PathPicker } from './PathPicker.tsx'

/** Asks where the image folder is now, after it was moved. */
export function RelocateDialog({ onClose }: { onClose: () => void }) {
  const formId = useId()
  const { data: project } = useProject()
  const [folder, setFolder] = useState(project?.imagesRoot ?? '')
  const { busy, error, run } = useAction()

  const relocate = (event: FormEvent) => {
    event.preventDefault()
    void run(async () => {
      await client.project.relocate({ imagesRoot: folder.trim() })
      closeDialog()
    })
  }

  return (
    <Modal
      title={texts.create.images}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{texts.common.cancel}</Button>
          <Button kind="primary" type="submit" form={formId} disabled={busy || !folder.trim()}>
            {texts.browse.use}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={relocate} className="flex flex-col gap-4">
        <p className="m-0 text-muted">
          {project && texts.start.lastPlace(project.imagesRoot)}
          <br />
          {texts.start.relocateHint}
        </p>
        <Field label={texts.create.images} hint={texts.create.imagesHint}>
          {(ids) => (
            <PathPicker {...ids} kind="folder" title={texts.create.images} value={folder} onChange={setFolder} />
          )}
        </Field>
        {error && <ErrorLine error={error} />}
      </form>
    </Modal>
  )
}
