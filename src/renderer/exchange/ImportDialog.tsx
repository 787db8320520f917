import { type FormEvent, useEffect, useId, useRef, useState } from 'react'
import type { ImportPreview } from '../../contract/schemas.ts'
import { client } from '../bridge/client.ts'
import { PathPicker } from '../project/PathPicker.tsx'
import { parentOf } from '../project/paths.ts'
import { useLatestJob, useProject } from '../state/queries.ts'
import { givenNow } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Field, Select } from '../ui/Field.tsx'
import { JobLine } from '../ui/JobLine.tsx'
import { Modal } from '../ui/Modal.tsx'
import { Note } from '../ui/Note.tsx'
import { useAction } from '../ui/useAction.ts'
import { useFormats } from './formats.ts'
import { type ImportChoices, PreviewPane, wouldChange } from './PreviewPane.tsx'
import type { Renames } from './SameNames.tsx'
import { type Answers, answersFor, SettingsFields } from './SettingsFields.tsx'
import { StepFoot } from './StepFoot.tsx'

const asIs: ImportChoices = { rest: 'unknown', conflicts: 'keep', suggestions: true }
const noRenames: Renames = {}

/** Three steps: choose a file, preview the changes, see the result. Nothing is written before the preview is confirmed. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const formId = useId()
  const { data: project } = useProject()
  const formats = useFormats().filter(({ reads }) => reads)
  const [given] = useState(givenNow)
  const [path, setPath] = useState(given?.path ?? '')
  const [formatId, setFormatId] = useState('')
  const [answers, setAnswers] = useState<Answers>({})
  const [renames, setRenames] = useState(noRenames)
  const [preview, setPreview] = useState<ImportPreview | null>(null)
  const [choices, setChoices] = useState(asIs)
  const [outcome, setOutcome] = useState<string[] | null>(null)
  const { busy, error, setError, run } = useAction()
  const job = useLatestJob('import')

  const format = formats.find(({ id }) => id === formatId)
  const onlyFolder = format?.reads === 'folder'
  const read = (file: string) =>
    run(async () => {
      setPath(file)
      const settings = answersFor(format, 'read', answers)
      setPreview(await client.exchange.preview({ path: file.trim(), format: formatId || undefined, settings }))
      setChoices(asIs)
      setRenames(noRenames)
    })
  // Choices are kept while only the mapping of names changes.
  const rename = ({ token }: ImportPreview, wanted: Renames) =>
    run(async () => {
      setPreview(await client.exchange.rename({ token, renames: wanted }))
      setRenames(wanted)
    })
  const commit = ({ token }: ImportPreview) =>
    run(async () => {
      try {
        const { states, labels, suggestions } = await client.exchange.import({ token, choices })
        const kept = suggestions > 0 ? [texts.exchange.importedSuggestions(suggestions)] : []
        setOutcome([texts.exchange.imported(states, labels), ...kept])
      } catch (cause) {
        // A preview can be imported only once; to try again, the file has to be read again.
        setPreview(null)
        throw cause
      }
    })
  const isBegun = useRef(false)
  // A dropped file is read at once.
  useEffect(() => {
    if (isBegun.current || !given?.path) return
    isBegun.current = true
    void read(given.path)
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
    // Each step remounts, so that focus starts at its first control.
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
          <StepFoot
            formId={formId}
            title={preview ? texts.exchange.commit : texts.exchange.read}
            back={preview ? { title: texts.exchange.otherFile, onClick: back } : undefined}
            busy={busy}
            disabled={preview ? !wouldChange(preview, choices) : !path.trim()}
            onClose={onClose}
          />
        )
      }
    >
      <form id={formId} onSubmit={submit} className="flex flex-col gap-4">
        {outcome !== null && (
          <div role="status">
            {outcome.map((line) => (
              <p key={line} className="m-0">
                {line}
              </p>
            ))}
          </div>
        )}
        {outcome === null && preview && (
          <PreviewPane
            preview={preview}
            title={formats.find(({ id }) => id === preview.format)?.title ?? preview.format}
            labels={project?.labels ?? []}
            renames={renames}
            busy={busy}
            onRename={(wanted) => void rename(preview, wanted)}
            choices={choices}
            onChange={setChoices}
          />
        )}
        {outcome === null && !preview && (
          <>
            {given?.note && <Note>{given.note}</Note>}
            <Field label={texts.exchange.file}>
              {(ids) => (
                <PathPicker
                  {...ids}
                  kind={onlyFolder ? 'folder' : 'open-file'}
                  title={texts.exchange.file}
                  extensions={[...new Set((format ? [format] : formats).flatMap(({ extensions }) => extensions))]}
                  orFolder={onlyFolder || format?.reads === 'file' ? undefined : texts.exchange.folder}
                  startFolder={project ? parentOf(project.path) : null}
                  value={path}
                  onChange={setPath}
                  onPick={(file) => void read(file)}
                />
              )}
            </Field>
            <Field label={texts.exchange.format} hint={format?.limits}>
              {(ids) => (
                <Select {...ids} value={formatId} onChange={(event) => setFormatId(event.target.value)}>
                  <option value="">{texts.exchange.byLooks}</option>
                  {formats.map(({ id, title }) => (
                    <option key={id} value={id}>
                      {title}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <SettingsFields
              key={formatId}
              title={texts.exchange.questions}
              format={format}
              on="read"
              answers={answers}
              onChange={setAnswers}
            />
          </>
        )}
        {busy && job?.state === 'running' && <JobLine job={job} />}
        {error && <ErrorLine error={error} />}
      </form>
    </Modal>
  )
}
