import type { ImportPreview, Label } from '../../contract/schemas.ts'
import { texts } from '../texts/index.ts'
import { Checkbox, Choice } from '../ui/Choice.tsx'
import { Count } from './Count.tsx'
import { FirstImages } from './FirstImages.tsx'
import { FirstMarks } from './FirstMarks.tsx'
import { LabelNumbers } from './LabelNumbers.tsx'
import { Examples, Problems } from './Problems.tsx'
import { type Renames, SameNames } from './SameNames.tsx'

export interface ImportChoices {
  rest: 'unknown' | 'absent' | 'absent-everywhere'
  conflicts: 'keep' | 'replace'
  suggestions: boolean
}

/** Whether there is anything to import. */
export function wouldChange(
  { states, labels, rest, restEmpty, suggestions }: ImportPreview,
  choices: ImportChoices,
): boolean {
  if (suggestions && choices.suggestions) return true
  if (states.fresh > 0 || labels.some(({ known }) => !known)) return true
  if (choices.conflicts === 'replace' && states.conflicting > 0) return true
  if (choices.rest === 'absent-everywhere' && (restEmpty?.pairs ?? 0) > 0) return true
  return choices.rest !== 'unknown' && (rest ?? 0) > 0
}

/** What importing a file would do, and the questions it leaves open. */
export function PreviewPane({
  preview,
  title,
  labels: here,
  renames,
  busy,
  onRename,
  choices,
  onChange,
}: {
  preview: ImportPreview
  /** The format's title. */
  title: string
  /** Label names of the project. */
  labels: readonly Label[]
  renames: Renames
  busy: boolean
  onRename: (renames: Renames) => void
  choices: ImportChoices
  onChange: (choices: ImportChoices) => void
}) {
  const { images, labels, states, rest, restEmpty, problems, suggestions, detected } = preview
  const { others, ignored } = detected ?? { others: [], ignored: [] }
  const unclear = new Set(images.ambiguousPaths)
  const missing = images.unmatchedPaths.filter((path) => !unclear.has(path))
  const nothing = !wouldChange(preview, { rest: 'absent-everywhere', conflicts: 'replace', suggestions: true })
  const ways = texts.exchange.matchedBy(images.by.name, images.by.sha256)
  return (
    <div role="status" className="flex flex-col gap-4">
      <div>
        <p className="m-0 font-medium">{texts.exchange.matched(images.matched, images.inFile)}</p>
        {ways && <p className="m-0">{ways}</p>}
        {images.unmatched > images.ambiguous && (
          <Examples title={texts.exchange.unmatched(images.unmatched - images.ambiguous)} examples={missing} />
        )}
        {images.ambiguous > 0 && (
          <Examples title={texts.exchange.ambiguous(images.ambiguous)} examples={images.ambiguousPaths} />
        )}
        <p className="m-0 text-[13px] text-muted">
          {detected ? texts.exchange.detectedAs(title, detected.because) : texts.exchange.readAs(title)}
          {others.length > 0 && ` ${texts.exchange.couldBe(others)}`} {preview.limits}
        </p>
        {ignored.length > 0 && <Examples title={texts.exchange.ignored(ignored.length)} examples={ignored} />}
      </div>
      <ul className="m-0 flex list-none flex-col gap-0.5 p-0">
        <Count count={states.fresh}>{texts.exchange.newStates(states.fresh)}</Count>
        <Count count={states.same}>{texts.exchange.sameStates(states.same)}</Count>
        <Count count={states.conflicting}>{texts.exchange.conflicts(states.conflicting)}</Count>
      </ul>
      {nothing && <p className="m-0">{images.matched === 0 ? texts.exchange.noImages : texts.exchange.nothingNew}</p>}
      {labels.length > 0 && <LabelTable labels={labels} />}
      <SameNames labels={labels} here={here} renames={renames} busy={busy} onChange={onRename} />
      <FirstImages images={preview.first} />
      <FirstMarks rows={preview.rows} />
      {suggestions && (
        <Checkbox checked={choices.suggestions} onChange={(kept) => onChange({ ...choices, suggestions: kept })}>
          {texts.exchange.keepSuggestions(suggestions.pairs, suggestions.model)}
        </Checkbox>
      )}
      {states.conflicting > 0 && (
        <Choice
          legend={texts.exchange.onConflict}
          value={choices.conflicts}
          options={[
            { value: 'keep', label: texts.exchange.conflictKeep },
            { value: 'replace', label: texts.exchange.conflictReplace },
          ]}
          onChange={(conflicts) => onChange({ ...choices, conflicts })}
        />
      )}
      {rest !== null && (
        <Choice
          legend={texts.exchange.rest(rest)}
          value={choices.rest}
          options={[
            { value: 'unknown', label: texts.exchange.restUnknown },
            ...(restEmpty && restEmpty.pairs > 0
              ? ([
                  { value: 'absent', label: texts.exchange.restLabelled },
                  { value: 'absent-everywhere', label: texts.exchange.restEverywhere(restEmpty.images) },
                ] as const)
              : ([{ value: 'absent', label: texts.exchange.restAbsent }] as const)),
          ]}
          onChange={(value) => onChange({ ...choices, rest: value })}
        />
      )}
      {problems.length > 0 && (
        <section>
          <h3 className="m-0 mb-1 text-sm font-medium">{texts.exchange.problems}</h3>
          <Problems problems={problems} />
        </section>
      )}
    </div>
  )
}

function LabelTable({ labels }: { labels: ImportPreview['labels'] }) {
  const isNew = (
    <span className="ml-2 rounded bg-accent-soft px-1.5 text-[12px] text-accent">{texts.exchange.isNew}</span>
  )
  return (
    <LabelNumbers
      title={texts.labels.title}
      heads={[texts.states.present, texts.states.absent]}
      lines={labels.map(({ name, known, present, absent }) => ({
        name,
        mark: known ? undefined : isNew,
        numbers: [present.toLocaleString(), absent.toLocaleString()],
      }))}
    />
  )
}
