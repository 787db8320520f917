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

/** Jobs long enough to show their progress in the dock or task bar. */
const shown: ReadonlySet<Job['kind']> = new Set(['train', 'import', 'export', 'accept', 'scan', 'sample'])

/** Shows jobs outside the window: progress in the dock and a notification when training ends. Keeps the machine awake while training. */
export class SystemProgress {
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
    if (before && job.state !== 'running' && job.kind === 'train') this.#notify(job)
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

  /** The screen may turn off, but the machine must not sleep. */
  #keepAwake(): void {
    const trains = [...this.#running.values()].some(({ kind }) => kind === 'train')
    const { powerSaveBlocker } = this.#electron
    if (trains && this.#blocker === undefined) this.#blocker = powerSaveBlocker.start('prevent-app-suspension')
    if (!trains && this.#blocker !== undefined) {
      powerSaveBlocker.stop(this.#blocker)
      this.#blocker = undefined
    }
  }

  /** Notifies when training ends, unless the window is in front or the user cancelled it. */
  #notify(job: Job): void {
    const { Notification } = this.#electron
    if (job.state === 'cancelled' || this.#window()?.isFocused() || !Notification.isSupported()) return
    const title = job.state === 'done' ? `${job.title}: done` : `${job.title}: failed`
    const notification = new Notification({ title, body: job.outcome ?? job.error?.message ?? '' })
    notification.on('click', this.#show)
    notification.show()
  }
}
