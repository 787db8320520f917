import { type FormEvent, useId, useState } from 'react'
import type { ImportPreview } from '../../preload/schemas.ts'
import { client } from '../bridge/client.ts'
import { PathPicker } from '../start/PathPicker.tsx'
import { parentOf } from '../start/paths.ts'
import { useLatestJob, useProject } from '../state/queries.ts'
import { texts } from '../texts.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Field, Select } from '../ui/Field.tsx'
import { JobLine } from '../ui/JobLine.tsx'
import { Modal } from '../ui/Modal.tsx'
import { useAction } from '../ui/useAction.ts'
import { useFormats } from './formats.ts'
import { type ImportChoices, PreviewPane, wouldChange } from './PreviewPane.tsx'

const asIs: ImportChoices = { rest: 'unknown', conflicts: 'keep' }

/** Three steps: which file, what it would do, what it did. Nothing is written before the second is agreed to. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const formId = useId()
  const { data: project } = useProject()
  const formats = useFormats().filter(({ reads }) => reads)
  const [path, setPath] = useState('')
  const [formatId, setFormatId] = useState('')
  const [preview, setPreview] = useState<ImportPreview | null>(null)
  const [choices, setChoices] = useState(asIs)
  const [outcome, setOutcome] = useState<string | null>(null)
  const { busy, error, setError, run } = useAction()
  const job = useLatestJob('import')

  const read = (file: string) =>
    run(async () => {
      setPath(file)
      setPreview(await client.exchange.preview({ path: file.trim(), format: formatId || undefined }))
      setChoices(asIs)
    })
  const commit = ({ token }: ImportPreview) =>
    run(async () => {
      try {
        const { states, labels } = await client.exchange.import({ token, choices })
        setOutcome(texts.exchange.imported(states, labels))
      } catch (cause) {
        // A preview is good for one attempt: the file has to be read again.
        setPreview(null)
        throw cause
      }
    })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void (preview ? commit(preview) : read(path))
  }
  const back = () => {
    setPreview(null)
    setError(null)
  }

  return (
    // Each step anew, so that the keyboard is where it goes on.
    <Modal
      key={outcome !== null ? 'done' : preview ? 'preview' : 'file'}
      title={texts.exchange.importTitle}
      onClose={onClose}
      keepsOpen
      foot={
        outcome !== null ? (
          <Button kind="primary" data-first-focus onClick={onClose}>
            {texts.common.done}
          </Button>
        ) : (
          <>
            {preview && (
              <Button className="mr-auto" disabled={busy} onClick={back}>
                {texts.exchange.otherFile}
              </Button>
            )}
            <Button onClick={onClose}>{texts.common.cancel}</Button>
            <Button
              kind="primary"
              type="submit"
              form={formId}
              data-first-focus={preview ? true : undefined}
              disabled={busy || (preview ? !wouldChange(preview, choices) : !path.trim())}
            >
              {preview ? texts.exchange.commit : texts.exchange.read}
            </Button>
          </>
        )
      }
    >
      <form id={formId} onSubmit={submit} className="flex flex-col gap-4">
        {outcome !== null && (
          <p role="status" className="m-0">
            {outcome}
          </p>
        )}
        {outcome === null && preview && <PreviewPane preview={preview} choices={choices} onChange={setChoices} />}
        {outcome === null && !preview && (
          <>
            <Field label={texts.exchange.file}>
              {(ids) => (
                <PathPicker
                  {...ids}
                  kind="open-file"
                  title={texts.exchange.file}
                  extensions={formats.flatMap(({ extensions }) => extensions)}
                  startFolder={project ? parentOf(project.path) : null}
                  value={path}
                  onChange={setPath}
                  onPick={(file) => void read(file)}
                />
              )}
            </Field>
            <Field label={texts.exchange.format} hint={formats.find(({ id }) => id === formatId)?.limits}>
              {(ids) => (
                <Select {...ids} value={formatId} onChange={(event) => setFormatId(event.target.value)}>
                  <option value="">{texts.exchange.byName}</option>
                  {formats.map(({ id, title }) => (
                    <option key={id} value={id}>
                      {title}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          </>
        )}
        {busy && job?.state === 'running' && <JobLine job={job} />}
        {error && <ErrorLine error={error} />}
      </form>
    </Modal>
  )
}
