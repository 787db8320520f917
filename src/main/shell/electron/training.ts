import type { BrowserWindow, Notification, PowerSaveBlocker } from 'electron'
import type { Job } from '../../../contract/schemas.ts'

interface Electron {
  powerSaveBlocker: Pick<PowerSaveBlocker, 'start' | 'stop'>
  Notification: Pick<typeof Notification, 'isSupported'> &
    (new (options: {
      title: string
      body: string
    }) => Notification)
}

/** What takes so long that the system is told: the bar in the dock or the task bar. */
const shown: ReadonlySet<Job['kind']> = new Set(['train', 'import', 'export', 'accept', 'scan', 'sample'])

/** Training, as the system sees it: progress in the dock, no sleep meanwhile, and a word when it is over. */
export class TrainingOutside {
  readonly #electron: Electron
  readonly #window: () => BrowserWindow | undefined
  readonly #show: () => void
  readonly #running = new Map<number, Job>()
  #blocker: number | undefined

  /** @param show brings the window to the front */
  constructor(electron: Electron, window: () => BrowserWindow | undefined, show: () => void) {
    this.#electron = electron
    this.#window = window
    this.#show = show
  }

  follow(job: Job): void {
    const before = this.#running.get(job.id)
    if (job.state === 'running') this.#running.set(job.id, job)
    else this.#running.delete(job.id)
    this.#showProgress()
    this.#keepAwake()
    if (before && job.state !== 'running' && job.kind === 'train') this.#tell(job)
  }

  #showProgress(): void {
    const window = this.#window()
    if (!window || window.isDestroyed()) return
    const jobs = [...this.#running.values()].filter(({ kind }) => shown.has(kind))
    const [job] = jobs.filter(({ kind }) => kind === 'train').concat(jobs)
    if (!job) window.setProgressBar(-1)
    else if (job.fraction === null) window.setProgressBar(2, { mode: 'indeterminate' })
    else window.setProgressBar(job.fraction)
  }

  /** The screen may go dark; the machine may not stop. */
  #keepAwake(): void {
    const trains = [...this.#running.values()].some(({ kind }) => kind === 'train')
    const { powerSaveBlocker } = this.#electron
    if (trains && this.#blocker === undefined) this.#blocker = powerSaveBlocker.start('prevent-app-suspension')
    if (!trains && this.#blocker !== undefined) {
      powerSaveBlocker.stop(this.#blocker)
      this.#blocker = undefined
    }
  }

  /** Not to somebody who sees it happen, and not of what they ended themselves. */
  #tell(job: Job): void {
    const { Notification } = this.#electron
    if (job.state === 'cancelled' || this.#window()?.isFocused() || !Notification.isSupported()) return
    const title = job.state === 'done' ? `${job.title}: done` : `${job.title}: it failed`
    const notification = new Notification({ title, body: job.outcome ?? job.error?.message ?? '' })
    notification.on('click', this.#show)
    notification.show()
  }
}
