import { Sparkle, Square, X } from 'lucide-react'
import type { Job, ProjectSummary } from '../../contract/schemas.ts'
import { action, keyNameOf } from '../actions/registry.ts'
import { client } from '../bridge/client.ts'
import { usePanelWidth } from '../state/panels.ts'
import { useLatestJob, useModels } from '../state/queries.ts'
import { notifyError, ui, useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Curve } from './Curve.tsx'
import { ModelList } from './ModelList.tsx'
import { Results } from './Results.tsx'

/** Training progress and results. Marking can continue beside it. */
export function TrainingPanel({ project }: { project: ProjectSummary }) {
  const isOpen = useUi((state) => state.trainingPanel)
  const job = useLatestJob('train')
  const isImage = useUi((state) => state.screen.kind === 'image')
  const labelWidth = usePanelWidth('image')
  if (!isOpen || !job) return null
  return (
    <aside
      aria-label={texts.training.panel}
      data-tour="training"
      className="absolute top-2 z-30 flex max-h-[calc(100%-16px)] w-96 flex-col gap-3 overflow-auto rounded-xl border border-line bg-raised p-4 shadow-float"
      // Beside the labels, not over them, so that marking can continue.
      style={{ right: isImage ? labelWidth + 8 : 8 }}
    >
      <header className="flex items-center justify-between">
        <h2 className="m-0 text-sm font-semibold">{job.title}</h2>
        <IconButton label={texts.common.close} onClick={() => ui.set({ trainingPanel: false })}>
          <X size={16} aria-hidden />
        </IconButton>
      </header>
      {job.state === 'running' && <Running job={job} />}
      {job.curve.length > 1 && <Curve points={job.curve} />}
      {job.state === 'failed' && job.error && <ErrorLine error={job.error} />}
      {job.state === 'cancelled' && <p className="m-0 text-muted">{job.outcome}</p>}
      {job.state === 'done' && (
        <>
          <p className="m-0">{job.outcome}</p>
          <Button
            data-tour="suggestions"
            kind="primary"
            className="shrink-0"
            title={keyNameOf('suggestions')}
            onClick={action('suggestions').run}
          >
            <Sparkle size={16} aria-hidden /> {texts.training.showSuggestions}
          </Button>
          <NewestResults />
          <ModelList readOnly={project.readOnly} />
        </>
      )}
    </aside>
  )
}

const deviceTitles: Record<string, string> = texts.settings.devices

function Running({ job }: { job: Job }) {
  const percent = job.fraction === null ? undefined : Math.round(job.fraction * 100)
  return (
    <div className="flex flex-col gap-2">
      <div
        role="progressbar"
        aria-label={job.title}
        aria-valuenow={percent}
        className="h-2 overflow-hidden rounded-full bg-sunken"
      >
        <div className="h-full bg-accent transition-[width]" style={{ width: `${percent ?? 0}%` }} />
      </div>
      {job.device && (
        <p className="m-0 text-[13px] text-muted">
          {texts.models.device(deviceTitles[job.device.device] ?? job.device.device, job.device.why)}
        </p>
      )}
      <div className="flex justify-between text-[13px] text-muted">
        <span>{job.phase}</span>
        <span className="tabular-nums">{job.secondsLeft !== null && texts.training.left(job.secondsLeft)}</span>
      </div>
      <div className="flex items-center justify-between">
        <span className="text-[13px] text-muted">{texts.training.meanwhile}</span>
        <Button onClick={() => void client.jobs.cancel({ id: job.id }).catch(notifyError)}>
          <Square size={12} aria-hidden /> {texts.training.cancel}
        </Button>
      </div>
    </div>
  )
}

/** The results of the latest training, whether or not its model is in use. */
function NewestResults() {
  const [newest] = useModels()
  // A model from names alone has nothing held out.
  return newest && newest.kind !== 'names' ? <Results model={newest} /> : null
}
