import type { Job, TrainingPoint } from '../../contract/schemas.ts'
import { reportOf, UserError } from '../base/errors.ts'
import type { Logger } from '../base/log.ts'
import { throttled } from '../base/throttled.ts'
import type { Events } from './events.ts'

export interface JobControl {
  readonly signal: AbortSignal
  update(progress: Partial<Pick<Job, 'phase' | 'fraction' | 'secondsLeft' | 'device'>>): void
  /** Adds a point to the curves. */
  point(point: TrainingPoint): void
}

export interface Finished<Result> {
  result: Result
  /** The outcome in one sentence. */
  outcome: string
}

export interface StartedJob<Result> {
  readonly id: number
  /** Rejects if the job fails or is cancelled (UserError `cancelled`). Nobody has to await it. */
  readonly done: Promise<Result>
}

/** Ten reports a second are enough for any reader. */
const publishEvery = 100
const finishedKept = 20
const pointsKept = 400

interface Entry {
  job: Job
  abort: AbortController
  ended: Promise<unknown>
}

/** Long-running jobs: their progress, and how to cancel them. */
export class Jobs {
  readonly #events: Events
  readonly #log: Logger
  readonly #entries = new Map<number, Entry>()
  #lastId = 0

  constructor(events: Events, log: Logger) {
    this.#events = events
    this.#log = log
  }

  start<Result>(
    kind: Job['kind'],
    title: string,
    work: (control: JobControl) => Promise<Finished<Result>>,
  ): StartedJob<Result> {
    const id = ++this.#lastId
    const abort = new AbortController()
    const job: Job = {
      ...{ id, kind, title, state: 'running', phase: 'Starting', fraction: null, secondsLeft: null },
      ...{ outcome: null, error: null, device: null, curve: [] },
    }
    const publish = throttled(publishEvery, () =>
      this.#events.publish({ kind: 'job', job: { ...job, curve: [...job.curve] } }),
    )
    const control: JobControl = {
      signal: abort.signal,
      update: ({ phase = job.phase, fraction = job.fraction, secondsLeft = job.secondsLeft, device = job.device }) => {
        Object.assign(job, { phase, fraction: share(fraction), secondsLeft: seconds(secondsLeft), device })
        publish()
      },
      point: (point) => {
        job.curve.push(point)
        if (job.curve.length > pointsKept) job.curve = job.curve.filter((one, i) => i % 2 === 0 || one.mAP !== null)
        publish()
      },
    }
    const done = this.#follow(job, abort.signal, () => work(control)).finally(() => {
      publish(true)
      this.#forgetOld()
    })
    // The caller needn't await it; the job itself reports what went wrong.
    const ended = done.catch(() => undefined)
    this.#entries.set(id, { job, abort, ended })
    publish(true)
    return { id, done }
  }

  list(): Job[] {
    return [...this.#entries.values()].map(({ job }) => ({ ...job, curve: [...job.curve] }))
  }

  get(id: number): Job | undefined {
    return this.#entries.get(id)?.job
  }

  running(kind: Job['kind']): Job | undefined {
    return [...this.#entries.values()].find(({ job }) => job.kind === kind && job.state === 'running')?.job
  }

  /** A finished job isn't affected. */
  cancel(id: number): void {
    this.#entries
      .get(id)
      ?.abort.abort(new UserError('cancelled', 'The job was cancelled.', 'Start it again when you like.'))
  }

  /** Cancels all jobs, and waits until they have cleaned up. @param but jobs of this kind continue */
  async cancelAll({ but }: { but?: Job['kind'] } = {}): Promise<void> {
    const those = [...this.#entries.values()].filter(({ job }) => job.kind !== but)
    for (const { job } of those) this.cancel(job.id)
    await Promise.all(those.map(({ ended }) => ended))
  }

  async #follow<Result>(job: Job, signal: AbortSignal, work: () => Promise<Finished<Result>>): Promise<Result> {
    try {
      const { result, outcome } = await work()
      Object.assign(job, { state: 'done', fraction: 1, secondsLeft: null, outcome })
      return result
    } catch (error) {
      const cancelled = signal.aborted && isEndOfAbort(error)
      const { code, message, hint, stack } = reportOf(error)
      if (stack && !cancelled) this.#log.error(`${job.title}: ${message}`, error)
      Object.assign(job, {
        state: cancelled ? 'cancelled' : 'failed',
        secondsLeft: null,
        outcome: cancelled ? (error instanceof UserError ? message : `${job.title}: cancelled.`) : null,
        error: cancelled ? null : { code, message: stack ? 'Something went wrong in Surmise.' : message, hint },
      })
      throw error
    }
  }

  #forgetOld(): void {
    const over = [...this.#entries.values()].filter(({ job }) => job.state !== 'running')
    for (const { job } of over.slice(0, Math.max(0, over.length - finishedKept))) this.#entries.delete(job.id)
  }
}

function isEndOfAbort(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === 'AbortError' || (error instanceof UserError && error.code === 'cancelled'))
  )
}

function share(fraction: number | null): number | null {
  return fraction === null || !Number.isFinite(fraction) ? null : Math.min(1, Math.max(0, fraction))
}

function seconds(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : Math.max(0, value)
}
