import { ArrowLeft, ChartSpline, FileOutput, Layers } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { ModelReport } from '../../contract/models.ts'
import type { Model, ProjectSummary } from '../../contract/schemas.ts'
import { action, withKeyOf } from '../actions/registry.ts'
import { client, reportOf } from '../bridge/client.ts'
import { Mistakes } from '../mistakes/Mistakes.tsx'
import { useLabels, useModels } from '../state/queries.ts'
import { modelVersion } from '../state/screen.ts'
import { notifyError, openDialog, showScreen, useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { FineTuneButton } from '../training/FineTuneButton.tsx'
import { Button, IconButton } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Select } from '../ui/Field.tsx'
import { ScrollRegion } from '../ui/ScrollRegion.tsx'
import { Cooccurrences } from './Cooccurrences.tsx'
import { Change, LabelTable, whyNotMeasured } from './LabelTable.tsx'
import type { LabelFigures } from './labelOrder.ts'
import { useCooccurrence, useCurves, useReport } from './queries.ts'
import { Reliability } from './Reliability.tsx'
import { Figure, Thresholds } from './Thresholds.tsx'
import { Versions } from './Versions.tsx'

/** How good the model is and where it is weak, with a way back to older versions. */
export function ModelScreen({ project }: { project: ProjectSummary }) {
  const models = useModels()
  const chosen = useUi((state) => modelVersion(state.screen))
  const shown = models.find(({ id }) => id === chosen) ?? models.find(({ current }) => current) ?? models[0]
  const t = texts.models
  const show = (version: number) => showScreen({ kind: 'model', version })
  return (
    <div className="flex min-h-0 flex-1">
      {shown && <Versions models={models} shown={shown.id} onShow={show} />}
      <section aria-label={t.title} className="flex min-w-0 flex-1 flex-col">
        <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line bg-surface px-3">
          <IconButton label={withKeyOf(t.back, 'model.back')} onClick={action('model.back').run}>
            <ArrowLeft size={16} aria-hidden />
          </IconButton>
          <h2 className="m-0 min-w-0 flex-1 truncate text-sm font-semibold">
            {t.title} {shown && <span className="font-normal text-muted">{factsOf(shown)}</span>}
          </h2>
          <Button onClick={action('backbones').run}>
            <Layers size={16} aria-hidden /> {texts.backbones.open}
          </Button>
          {shown?.usable && (
            <Button
              onClick={() => {
                show(shown.id)
                openDialog('export-model')
              }}
            >
              <FileOutput size={16} aria-hidden /> {t.export}
            </Button>
          )}
          {shown && !shown.current && (
            <Button
              whyNot={project.readOnly ? texts.notNow.readOnly : shown.usable ? null : texts.notNow.scoresLost}
              onClick={() => void client.training.use({ id: shown.id }).catch(notifyError)}
            >
              {texts.training.useModel}
            </Button>
          )}
        </header>
        <ScrollRegion label={t.measured} className="min-h-0 flex-1">
          <div className="grid max-w-[2400px] items-start gap-4 p-4 min-[1900px]:grid-cols-2">
            {shown ? <Measured key={shown.id} model={shown} /> : <NoModel />}
            <Together />
          </div>
        </ScrollRegion>
      </section>
    </div>
  )
}

function Measured({ model }: { model: Model }) {
  const { data: report, error } = useReport(model.id)
  const [labelId, setLabelId] = useState<number | null>(null)
  const labels = useLabels()
  const t = texts.models
  if (error) return <ErrorLine error={reportOf(error)} />
  if (!report) {
    return (
      <p role="status" className="m-0 text-muted">
        {t.measuring}
      </p>
    )
  }
  const names = new Map(labels.map(({ id, name }) => [id, name]))
  const figures = report.labels.map((label) => ({ ...label, name: names.get(label.labelId) ?? '' }))
  const chosen = figures.find((label) => label.labelId === labelId)
  return (
    <>
      <Overview report={report} labels={figures} />
      <Card title={t.curves} aside={<LabelChoice labels={figures} value={labelId} onChange={setLabelId} />}>
        {chosen && !chosen.learnt ? (
          <p className="m-0 text-muted">{`${chosen.name}: ${whyNotMeasured(chosen, report.least)}`}</p>
        ) : (
          <Curves modelId={model.id} labelId={labelId} />
        )}
      </Card>
      <Card title={t.byLabel} hint={report.before ? t.comparedWith(t.when(report.before.createdAt)) : t.nothingBefore}>
        <LabelTable report={report} labels={figures} shown={labelId} onShow={setLabelId} />
      </Card>
      <Card title={t.mistakes} hint={t.mistakesHint}>
        <Mistakes modelId={model.id} labels={figures} />
      </Card>
    </>
  )
}

/** Averages over the labels that both versions were measured on. */
function meanChange(labels: readonly LabelFigures[]): number | null {
  const changes = labels.flatMap(({ change }) => (change ? [change.after - change.before] : []))
  return changes.length === 0 ? null : changes.reduce((sum, change) => sum + change, 0) / changes.length
}

function Overview({ report, labels }: { report: ModelReport; labels: readonly LabelFigures[] }) {
  const t = texts.models
  const measured = labels.filter(({ averagePrecision }) => averagePrecision !== null).length
  const change = meanChange(labels)
  return (
    <dl className="m-0 grid grid-cols-2 gap-3 min-[1000px]:grid-cols-4 min-[1900px]:col-span-2">
      <div className="flex min-w-0 flex-col rounded-lg bg-sunken px-3 py-1.5">
        <dt className="text-[13px] text-muted" title={t.mAPHint}>
          {t.mAP}
        </dt>
        <dd className="m-0 flex items-baseline gap-2 text-base font-semibold tabular-nums">
          {t.percent(report.mAP)}
          {change !== null && (
            <span className="text-[13px] font-normal">
              <Change points={change} />
            </span>
          )}
        </dd>
      </div>
      <Figure name={t.calibration} value={t.percent(report.calibrationError)} hint={t.lowerIsBetter} />
      <Figure
        name={t.heldOut}
        value={(report.present + report.absent).toLocaleString()}
        hint={t.presentAbsent(report.present, report.absent)}
      />
      <Figure name={t.labelsMeasured} value={t.of(measured, labels.length)} />
    </dl>
  )
}

function Curves({ modelId, labelId }: { modelId: number; labelId: number | null }) {
  const { data: curves, error } = useCurves(modelId, labelId)
  const t = texts.models
  if (error) return <ErrorLine error={reportOf(error)} />
  if (!curves) return <p className="m-0 text-muted">{t.measuring}</p>
  if (!curves.reliability || !curves.thresholds) {
    return <p className="m-0 text-muted">{t.tooFewForCurves(curves.present, curves.absent, curves.least)}</p>
  }
  return (
    <div className="grid gap-x-8 gap-y-4 min-[1000px]:grid-cols-2">
      <Reliability bins={curves.reliability} error={curves.calibrationError} />
      <Thresholds curve={curves.thresholds} undecided={curves.undecided} />
    </div>
  )
}

function LabelChoice({
  labels,
  value,
  onChange,
}: {
  labels: readonly LabelFigures[]
  value: number | null
  onChange: (labelId: number | null) => void
}) {
  return (
    <span className="w-56">
      <Select
        aria-label={texts.models.curvesOf}
        value={value ?? ''}
        onChange={({ target }) => onChange(target.value === '' ? null : Number(target.value))}
      >
        <option value="">{texts.models.allLabels}</option>
        {labels
          .filter(({ learnt, labelId }) => learnt || labelId === value)
          .map(({ labelId, name }) => (
            <option key={labelId} value={labelId}>
              {name}
            </option>
          ))}
      </Select>
    </span>
  )
}

/** Shown without a model, too: co-occurrence needs only marks. */
function Together() {
  const { data } = useCooccurrence()
  const labels = useLabels()
  return (
    <Card title={texts.models.cooccurrence}>
      {data ? (
        <Cooccurrences matrix={data} labels={labels} />
      ) : (
        <p className="m-0 text-muted">{texts.models.measuring}</p>
      )}
    </Card>
  )
}

function NoModel() {
  return (
    <div className="flex flex-col items-center gap-2 rounded-xl border border-line bg-surface p-10 text-center text-muted">
      <ChartSpline size={32} aria-hidden />
      <h3 className="m-0 text-base font-semibold text-text">{texts.models.none}</h3>
      <p className="m-0 mb-2 max-w-md">{texts.training.never}</p>
      <FineTuneButton />
    </div>
  )
}

function Card({
  title,
  hint,
  aside,
  children,
}: {
  title: string
  hint?: string
  aside?: ReactNode
  children: ReactNode
}) {
  return (
    <div className="flex min-w-0 flex-col gap-3 rounded-xl border border-line bg-surface p-4">
      <header className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1">
        <h3 className="m-0 text-[15px] font-semibold">{title}</h3>
        {aside}
        {hint && <p className="m-0 text-[13px] text-muted">{hint}</p>}
      </header>
      {children}
    </div>
  )
}

function factsOf({ createdAt, backbone, device, seconds, usable }: Model): string {
  const t = texts.models
  const facts = [t.when(createdAt), backbone, device, seconds === null ? null : t.trainedIn(seconds)]
  return [...facts.filter(Boolean), ...(usable ? [] : [texts.training.scoresLost])].join(' · ')
}
