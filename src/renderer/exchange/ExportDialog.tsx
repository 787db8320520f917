import { useState } from 'react'
import type { ExportReport } from '../../contract/schemas.ts'
import { client } from '../bridge/client.ts'
import { useProject } from '../state/queries.ts'
import { useRemembered } from '../state/remembered.ts'
import { texts } from '../texts/index.ts'
import { Checkbox, Choice } from '../ui/Choice.tsx'
import { Field, Select } from '../ui/Field.tsx'
import { TargetField, useTarget, WriteDialog, WrittenDialog } from '../ui/WriteDialog.tsx'
import { ExportLosses } from './ExportLosses.tsx'
import { useFormats } from './formats.ts'
import { Problems } from './Problems.tsx'
import { type Answers, answersFor, SettingsFields } from './SettingsFields.tsx'

type Images = 'none' | 'copy' | 'link'

export function ExportDialog({ onClose }: { onClose: () => void }) {
  const { data: project } = useProject()
  const formats = useFormats().filter(({ writes }) => writes)
  const [formatId, setFormatId] = useRemembered<string | null>('export.format', null)
  const [suggestions, setSuggestions] = useState(false)
  const [complete, setComplete] = useState(false)
  /** Null: the format's default. */
  const [chosenImages, setChosenImages] = useState<Images | null>(null)
  const [answers, setAnswers] = useState<Answers>({})
  const [report, setReport] = useState<ExportReport | null>(null)

  const format = formats.find(({ id }) => id === formatId) ?? formats[0]
  const ending = format?.extensions[0] ? `.${format.extensions[0]}` : format && ` ${format.id}`
  const target = useTarget(ending)
  // Without a model there are no suggestions.
  const canSuggest = format?.says.suggestions === true && project?.model?.usable === true
  const mayLose = format?.says.absent === false
  const images = chosenImages ?? (format?.images === 'needed' ? 'copy' : 'none')

  const write = (overwrite: boolean) => {
    if (!format) return
    target.write(async () => {
      const input = {
        ...{ format: format.id, path: target.path.trim() },
        ...{ suggestions: canSuggest && suggestions, complete: mayLose && complete },
        images: format.images === 'none' ? undefined : images,
        settings: answersFor(format, 'write', answers),
        overwrite,
      }
      setReport(await client.exchange.export(input))
    })
  }

  if (report) return <Written report={report} onClose={onClose} />
  return (
    <WriteDialog
      title={texts.exchange.exportTitle}
      action={texts.exchange.write}
      target={target}
      onWrite={write}
      onClose={onClose}
    >
      <Field label={texts.exchange.format} hint={format?.limits}>
        {(ids) => (
          <Select
            {...ids}
            value={format?.id}
            onChange={(event) => {
              setFormatId(event.target.value)
              target.choose(null)
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
      <TargetField
        target={target}
        extensions={format?.extensions}
        hint={format?.writes === 'file or folder' ? texts.exchange.fileOrFolder(format.extensions[0]) : undefined}
      />
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
    </WriteDialog>
  )
}

function imageChoices(place: 'optional' | 'needed'): { value: Images; label: string }[] {
  const all: Images[] = place === 'needed' ? ['copy', 'link'] : ['none', 'copy', 'link']
  return all.map((value) => ({ value, label: texts.exchange.imagesAre[value] }))
}

function Written({ report, onClose }: { report: ExportReport; onClose: () => void }) {
  const { images, present, absent, unreadable, suggestions, files, warnings } = report
  return (
    <WrittenDialog
      title={texts.exchange.written}
      files={files}
      after={<Problems problems={warnings} />}
      onClose={onClose}
    >
      <p className="m-0">{texts.exchange.wroteImages(images, present, absent)}</p>
      {suggestions > 0 && <p className="m-0">{texts.exchange.wroteSuggestions(suggestions)}</p>}
      {unreadable > 0 && !warnings.some(({ code }) => code === 'unreadable') && (
        <p className="m-0">{texts.exchange.unreadable(unreadable)}</p>
      )}
    </WrittenDialog>
  )
}
