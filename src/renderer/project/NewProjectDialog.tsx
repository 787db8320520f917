import { type FormEvent, useId, useState } from 'react'
import { NormalisationQuestion } from '../backbones/NormalisationQuestion.tsx'
import { client } from '../bridge/client.ts'
import { useInfo } from '../state/queries.ts'
import { closeDialog, givenNow } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Field, inputStyle } from '../ui/Field.tsx'
import { Modal } from '../ui/Modal.tsx'
import { Note } from '../ui/Note.tsx'
import { useAction } from '../ui/useAction.ts'
import { parseLabels } from './labelLines.ts'
import { PathPicker } from './PathPicker.tsx'
import { baseName, suggestedProjectPath } from './paths.ts'

const empty = {
  images: '',
  /** Null until somebody chooses one; until then it follows the image folder. */
  file: null as string | null,
  labels: '',
  backbone: '',
}

/** Outlives the dialog, so that closing it by mistake loses nothing. */
let draft = empty

export function NewProjectDialog({ onClose }: { onClose: () => void }) {
  const formId = useId()
  const { data: info } = useInfo()
  const [given] = useState(givenNow)
  const [form, setForm] = useState(() => (given?.path ? { ...draft, images: given.path, file: null } : draft))
  const [advanced] = useState(draft.backbone !== '')
  const { busy, error, run } = useAction()

  const change = (patch: Partial<typeof empty>) => {
    draft = { ...form, ...patch }
    setForm(draft)
  }
  const file = form.file ?? suggestedProjectPath(form.images, info?.homeFolder ?? '')
  const { labels, repeated } = parseLabels(form.labels)

  const create = (event: FormEvent) => {
    event.preventDefault()
    void run(async (signal) => {
      const backbone = form.backbone.trim() || null
      // Inspecting a backbone may take a while; Cancel aborts it.
      await client.project.create({ path: file.trim(), imagesRoot: form.images.trim(), labels, backbone }, { signal })
      draft = empty
      closeDialog()
    })
  }

  return (
    <Modal
      title={texts.create.title}
      onClose={onClose}
      keepsOpen
      foot={
        <>
          <Button onClick={onClose}>{texts.common.cancel}</Button>
          <Button kind="primary" type="submit" form={formId} disabled={busy || !form.images.trim() || !file.trim()}>
            {texts.create.create}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={create} className="flex flex-col gap-4">
        {given?.note && <Note>{given.note}</Note>}
        <Field label={texts.create.images} hint={texts.create.imagesHint}>
          {(ids) => (
            <PathPicker
              {...ids}
              kind="folder"
              title={texts.create.images}
              value={form.images}
              onChange={(images) => change({ images })}
            />
          )}
        </Field>
        <Field label={texts.create.file} hint={texts.create.fileHint}>
          {(ids) => (
            <PathPicker
              {...ids}
              kind="save-file"
              title={texts.create.file}
              extensions={['surmise']}
              defaultName={baseName(file)}
              value={file}
              onChange={(path) => change({ file: path })}
            />
          )}
        </Field>
        <div>
          <Field label={texts.create.labels} hint={texts.create.labelsHint}>
            {(ids) => (
              <textarea
                {...ids}
                rows={6}
                value={form.labels}
                onChange={(event) => change({ labels: event.target.value })}
                // Each line has its own text direction.
                className={`${inputStyle} h-auto resize-y py-1.5 leading-5 [unicode-bidi:plaintext]`}
              />
            )}
          </Field>
          <p role="status" className="m-0 min-h-5 text-[13px] text-muted">
            {labels.length > 0 && texts.create.count(labels.length)}
            {repeated > 0 && ` – ${texts.create.repeated(repeated)}`}
          </p>
        </div>
        <details open={advanced}>
          <summary className="cursor-pointer rounded font-medium">{texts.create.advanced}</summary>
          <div className="pt-3">
            <Field label={texts.create.backbone} hint={texts.create.backboneHint}>
              {(ids) => (
                <PathPicker
                  {...ids}
                  kind="open-file"
                  title={texts.create.backbone}
                  extensions={['onnx']}
                  value={form.backbone}
                  onChange={(backbone) => change({ backbone })}
                />
              )}
            </Field>
            <NormalisationQuestion
              error={error}
              backbone={form.backbone}
              onChange={(backbone) => change({ backbone })}
            />
          </div>
        </details>
        {error && <ErrorLine error={error} />}
      </form>
    </Modal>
  )
}
