import { type FormEvent, useState } from 'react'
import type { BackboneRow, BackbonesPage, BackboneTrial } from '../../contract/backbones.ts'
import { client } from '../bridge/client.ts'
import { useLatestJob } from '../state/queries.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Field, Select } from '../ui/Field.tsx'
import { JobLine } from '../ui/JobLine.tsx'
import { useAction } from '../ui/useAction.ts'
import { plainOf } from './costs.ts'
import { useRunning } from './queries.ts'
import { Section } from './Section.tsx'

const t = texts.backbones
const most = 500
const shown = 3

/** Compares two backbones on some of the project's images, measured on known labels. */
export function Comparison({
  rows,
  project,
}: {
  rows: readonly BackboneRow[]
  project: NonNullable<BackbonesPage['project']>
}) {
  const here = rows.filter(({ there }) => there)
  const used = plainOf(project.specification)
  const [first, setFirst] = useState(here.some((row) => row.specification === used) ? used : here[0]?.specification)
  const [second, setSecond] = useState<string | null>(null)
  const other = second ?? here.find(({ specification }) => specification !== first)?.specification
  const { busy, error, run } = useAction()
  const running = useRunning('try')
  const last = useLatestJob('try')
  const images = Math.min(most, project.known)
  const compare = (event: FormEvent) => {
    event.preventDefault()
    if (first === undefined || other === undefined) return
    void run(async () => {
      await client.backbones.try({ specifications: [first, other], images: most })
    })
  }
  return (
    <Section title={t.compare} hint={t.compareHint(images)}>
      {here.length < 2 ? (
        <p className="m-0">{t.fetchFirst}</p>
      ) : (
        <form onSubmit={compare} className="flex flex-col gap-2">
          <div className="grid grid-cols-2 gap-2">
            <BackboneChoice label={t.first} rows={here} value={first ?? ''} onChange={setFirst} />
            <BackboneChoice label={t.second} rows={here} value={other ?? ''} onChange={setSecond} />
          </div>
          <Button type="submit" disabled={busy || running !== undefined || first === other || images === 0}>
            {t.tryOn(images)}
          </Button>
        </form>
      )}
      {running && <JobLine job={running} />}
      {error && <ErrorLine error={error} />}
      {last?.state === 'failed' && last.error && <ErrorLine error={last.error} />}
      {project.trials.slice(0, shown).map((trial) => (
        <Trial key={trial.at} trial={trial} rows={rows} />
      ))}
    </Section>
  )
}

function BackboneChoice({
  label,
  rows,
  value,
  onChange,
}: {
  label: string
  rows: readonly BackboneRow[]
  value: string
  onChange: (specification: string) => void
}) {
  return (
    <Field label={label}>
      {(ids) => (
        <Select {...ids} value={value} onChange={({ target }) => onChange(target.value)}>
          {rows.map(({ specification, title }) => (
            <option key={specification} value={specification}>
              {title}
            </option>
          ))}
        </Select>
      )}
    </Field>
  )
}

function Trial({ trial, rows }: { trial: BackboneTrial; rows: readonly BackboneRow[] }) {
  const titleOf = (specification: string): string =>
    rows.find((row) => row.specification === plainOf(specification))?.title ?? specification
  const best = Math.max(...trial.results.map(({ mAP }) => mAP ?? 0))
  return (
    <div className="flex flex-col gap-1 rounded-lg bg-sunken px-3 py-2">
      <dl className="m-0 flex flex-col">
        {trial.results.map(({ specification, mAP }) => (
          <div key={specification} className="flex justify-between gap-3">
            <dt className="truncate">{titleOf(specification)}</dt>
            <dd className={`m-0 tabular-nums ${mAP === best ? 'font-semibold' : ''}`}>{texts.models.percent(mAP)}</dd>
          </div>
        ))}
      </dl>
      <p className="m-0 text-[13px] text-muted">{t.verdict(trial)}</p>
      <p className="m-0 text-[13px] text-muted">
        {t.measuredOn(trial)} {texts.models.when(trial.at)}
      </p>
    </div>
  )
}
