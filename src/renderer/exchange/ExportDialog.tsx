import { type FormEvent, useId, useState } from 'react'
import type { ExportReport } from '../../contract/schemas.ts'
import { client } from '../bridge/client.ts'
import { PathPicker } from '../start/PathPicker.tsx'
import { joinPath, parentOf } from '../start/paths.ts'
import { useLatestJob, useProject } from '../state/queries.ts'
import { useRemembered } from '../state/remembered.ts'
import { texts } from '../texts.ts'
import { Button } from '../ui/Button.tsx'
import { Checkbox, Choice } from '../ui/Choice.tsx'
import { Field, Select } from '../ui/Field.tsx'
import { JobLine } from '../ui/JobLine.tsx'
import { Modal } from '../ui/Modal.tsx'
import { TargetError } from '../ui/TargetError.tsx'
import { useWriting } from '../ui/useWriting.ts'
import { ExportLosses } from './ExportLosses.tsx'
import { useFormats } from './formats.ts'
import { Problems } from './Problems.tsx'
import { type Answers, answersFor, SettingsFields } from './SettingsFields.tsx'

type Images = 'none' | 'copy' | 'link'

export function ExportDialog({ onClose }: { onClose: () => void }) {
  const formId = useId()
  const { data: project } = useProject()
  const formats = useFormats().filter(({ writes }) => writes)
  const [formatId, setFormatId] = useRemembered<string | null>('export.format', null)
  /** Null until a person says otherwise: it follows the format. */
  const [chosenPath, setChosenPath] = useState<string | null>(null)
  const [suggestions, setSuggestions] = useState(false)
  const [complete, setComplete] = useState(false)
  /** Null: as the format needs it. */
  const [chosenImages, setChosenImages] = useState<Images | null>(null)
  const [answers, setAnswers] = useState<Answers>({})
  const [report, setReport] = useState<ExportReport | null>(null)
  const job = useLatestJob('export')

  const format = formats.find(({ id }) => id === formatId) ?? formats[0]
  const plainName = (project?.name ?? '').replace(/[\\/:*?"<>|]/g, '-')
  const name = format?.extensions[0] ? `${plainName}.${format.extensions[0]}` : `${plainName} ${format?.id}`
  const path = chosenPath ?? (project && format ? joinPath(parentOf(project.path) ?? '', name) : '')
  const { busy, error, asks, write: begin } = useWriting(path)
  // Without a model there are none.
  const canSuggest = format?.says.suggestions === true && project?.model?.usable === true
  const mayLose = format?.says.absent === false
  const images = chosenImages ?? (format?.images === 'needed' ? 'copy' : 'none')

  const write = (overwrite: boolean) => {
    if (!format) return
    begin(async () => {
      const input = {
        ...{ format: format.id, path: path.trim() },
        ...{ suggestions: canSuggest && suggestions, complete: mayLose && complete },
        images: format.images === 'none' ? undefined : images,
        settings: answersFor(format, 'write', answers),
        overwrite,
      }
      setReport(await client.exchange.export(input))
    })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    write(false)
  }

  if (report) return <Written report={report} onClose={onClose} />
  return (
    <Modal
      title={texts.exchange.exportTitle}
      onClose={onClose}
      keepsOpen
      foot={
        <>
          <Button onClick={onClose}>{texts.common.cancel}</Button>
          <Button kind="primary" type="submit" form={formId} disabled={busy || !path.trim()}>
            {texts.exchange.write}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="flex flex-col gap-4">
        <Field label={texts.exchange.format} hint={format?.limits}>
          {(ids) => (
            <Select
              {...ids}
              value={format?.id}
              onChange={(event) => {
                setFormatId(event.target.value)
                setChosenPath(null)
                setChosenImages(null)
                setAnswers({})
              }}
            >
              {formats.map(({ id, title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field
          label={texts.exchange.place}
          hint={format?.writes === 'file or folder' ? texts.exchange.cocoPlace : undefined}
        >
          {(ids) => (
            <PathPicker
              {...ids}
              kind="save-file"
              title={texts.exchange.place}
              extensions={format?.extensions}
              value={path}
              onChange={setChosenPath}
            />
          )}
        </Field>
        {format && format.images !== 'none' && (
          <Choice
            legend={texts.exchange.images}
            value={images}
            options={imageChoices(format.images)}
            onChange={setChosenImages}
          />
        )}
        <SettingsFields
          key={format?.id}
          title={texts.exchange.writeQuestions}
          format={format}
          on="write"
          answers={answers}
          onChange={setAnswers}
        />
        {canSuggest && (
          <Checkbox checked={suggestions} onChange={setSuggestions}>
            {texts.exchange.withSuggestions}
          </Checkbox>
        )}
        {mayLose && (
          <Checkbox checked={complete} onChange={setComplete}>
            {texts.exchange.completeOnly}
          </Checkbox>
        )}
        {format && project && !(mayLose && complete) && <ExportLosses format={format} project={project} />}
        {busy && job?.state === 'running' && <JobLine job={job} />}
        {error && <TargetError {...{ error, asks, busy }} onReplace={() => write(true)} />}
      </form>
    </Modal>
  )
}

function imageChoices(place: 'optional' | 'needed'): { value: Images; label: string }[] {
  const all: Images[] = place === 'needed' ? ['copy', 'link'] : ['none', 'copy', 'link']
  return all.map((value) => ({ value, label: texts.exchange.imagesAre[value] }))
}

function Written({ report, onClose }: { report: ExportReport; onClose: () => void }) {
  const { images, present, absent, unreadable, suggestions, files, warnings } = report
  return (
    <Modal
      title={texts.exchange.written}
      onClose={onClose}
      foot={
        <Button kind="primary" data-first-focus onClick={onClose}>
          {texts.common.done}
        </Button>
      }
    >
      <div role="status" className="flex flex-col gap-3">
        <p className="m-0">{texts.exchange.wroteImages(images, present, absent)}</p>
        {suggestions > 0 && <p className="m-0">{texts.exchange.wroteSuggestions(suggestions)}</p>}
        {unreadable > 0 && !warnings.some(({ code }) => code === 'unreadable') && (
          <p className="m-0">{texts.exchange.unreadable(unreadable)}</p>
        )}
        <ul aria-label={texts.exchange.files} className="m-0 list-none rounded-md bg-sunken px-3 py-2">
          {files.map((file) => (
            <li key={file} className="break-all select-all">
              {file}
            </li>
          ))}
        </ul>
        <Problems problems={warnings} />
      </div>
    </Modal>
  )
}
