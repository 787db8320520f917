import { FolderOpen, FolderPlus, Settings, Shapes } from 'lucide-react'
import type { ComponentType } from 'react'
import { client } from '../bridge/client.ts'
import icon from '../icon.svg'
import { useLatestJob } from '../state/queries.ts'
import { startTour } from '../state/tour.ts'
import { openDialog, ui } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { IconButton } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { JobLine } from '../ui/JobLine.tsx'
import { useAction } from '../ui/useAction.ts'
import { RecentProjects } from './RecentProjects.tsx'

/** The screen without a project: new, open, sample, and recent projects. */
export function StartScreen() {
  const sample = useAction()
  const job = useLatestJob('sample')
  const drawing = job?.state === 'running'
  const busy = sample.busy || drawing

  return (
    <main className="relative flex min-h-0 flex-1 flex-col overflow-auto bg-canvas px-6 py-10">
      <IconButton
        label={texts.settings.title}
        className="absolute top-3 right-3 text-muted"
        onClick={() => openDialog('settings')}
      >
        <Settings size={18} aria-hidden />
      </IconButton>
      <div className="m-auto flex w-full max-w-3xl flex-col gap-9">
        <header className="flex flex-col items-center text-center">
          <img src={icon} alt="" width={60} height={60} />
          <h1 className="mt-4 mb-1 text-[30px] leading-9 font-semibold tracking-tight">{texts.name}</h1>
          <p className="m-0 text-[15px] text-muted">{texts.tagline}</p>
        </header>
        <div className="grid gap-3 sm:grid-cols-3">
          <WayIn
            icon={FolderPlus}
            title={texts.start.newProject}
            hint={texts.start.newProjectHint}
            disabled={busy}
            onClick={() => openDialog('new-project')}
          />
          <WayIn
            icon={FolderOpen}
            title={texts.start.open}
            hint={texts.start.openHint}
            disabled={busy}
            onClick={() => openDialog('open-project')}
          />
          <WayIn
            icon={Shapes}
            title={texts.start.sample}
            hint={busy ? texts.start.sampleWorking : texts.start.sampleHint}
            disabled={busy}
            onClick={() => void sample.run(trySample)}
          />
        </div>
        {drawing && <JobLine job={job} />}
        {sample.error && <ErrorLine error={sample.error} />}
        <RecentProjects disabled={busy} />
      </div>
    </main>
  )
}

/** First-time users get the tour. */
async function trySample(): Promise<void> {
  await client.project.sample({})
  if (!ui.get().tourSeen) startTour()
}

function WayIn({
  icon: Icon,
  title,
  hint,
  disabled,
  onClick,
}: {
  icon: ComponentType<{ size: number; className: string; 'aria-hidden': true }>
  title: string
  hint: string
  disabled: boolean
  onClick: () => void
}) {
  return (
    <button
      type="button"
      disabled={disabled}
      onClick={onClick}
      className="flex flex-col items-start rounded-xl border border-line bg-surface p-4 text-left transition-[border-color,box-shadow] hover:border-accent hover:shadow-float disabled:pointer-events-none disabled:opacity-60"
    >
      <span className="mb-3 inline-flex size-9 items-center justify-center rounded-lg bg-accent-soft">
        <Icon size={18} className="text-accent" aria-hidden />
      </span>
      <span className="font-semibold">{title}</span>
      <span className="mt-0.5 text-muted">{hint}</span>
    </button>
  )
}
