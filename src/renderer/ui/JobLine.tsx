import type { Job } from '../../contract/schemas.ts'
import { client } from '../bridge/client.ts'
import { notifyError } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from './Button.tsx'

/** The progress of a job, in words and as a bar, with a button to stop it. */
export function JobLine({ job }: { job: Job }) {
  const percent = job.fraction === null ? undefined : Math.floor(job.fraction * 100)
  return (
    <div className="flex items-center gap-3">
      <div className="flex min-w-0 flex-1 flex-col gap-1.5">
        <span className="flex justify-between gap-3 tabular-nums">
          <span className="truncate">{job.phase}</span>
          {percent !== undefined && <span className="text-muted">{texts.common.percent(job.fraction ?? 0)}</span>}
        </span>
        <div
          role="progressbar"
          aria-label={job.title}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={percent}
          className="h-1.5 overflow-hidden rounded-full bg-sunken"
        >
          <div
            className={`h-full rounded-full bg-accent transition-[width] ${percent === undefined ? 'w-1/3 animate-pulse' : ''}`}
            style={percent === undefined ? undefined : { width: `${percent}%` }}
          />
        </div>
      </div>
      <Button onClick={() => void client.jobs.cancel({ id: job.id }).catch(notifyError)}>{texts.common.cancel}</Button>
    </div>
  )
}
