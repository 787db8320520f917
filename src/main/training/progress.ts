/** Progress of a fine-tune run. */
export interface ProgressReport {
  phase: Phase
  /** 0 … 1 over the whole run */
  fraction: number
  secondsLeft: number
  /** The latest losses of the network, while it trains. */
  losses?: { known: number; pseudo: number; cooccurrence: number; distance: number }
  /** Mean average precision on held-out known labels, a fraction, when newly measured; and of what. */
  validation?: { mAP: number; of: 'linear' | 'sst' | 'blend' }
}

export type Phase = 'preparing' | 'baseline' | 'network' | 'scoring' | 'last stage' | 'blending'

/** Roughly how a run's time is divided. It only affects the time left. */
const usual: Record<Phase, number> = {
  preparing: 0.34,
  baseline: 0.03,
  network: 0.43,
  scoring: 0.14,
  'last stage': 0,
  blending: 0.06,
}
/** If the backbone's last stage is trained, too, that takes most of the time. */
const withLastStage: Record<Phase, number> = {
  preparing: 0.01,
  baseline: 0.02,
  network: 0.08,
  scoring: 0.02,
  'last stage': 0.86,
  blending: 0.01,
}

/** Converts progress within phases to progress of the run. */
export class Progress {
  readonly #report: ((report: ProgressReport) => void) | undefined
  readonly #start = performance.now()
  readonly #shares: Record<Phase, number>
  #lastReport = 0
  #phase: Phase | undefined

  /** @param lastStage whether the run has that phase */
  constructor(report: ((report: ProgressReport) => void) | undefined, lastStage = false) {
    this.#report = report
    this.#shares = lastStage ? withLastStage : usual
  }

  /** @param within progress of the phase, 0 … 1 */
  at(phase: Phase, within: number, more: Pick<ProgressReport, 'losses' | 'validation'> = {}): void {
    if (!this.#report) return
    const now = performance.now()
    // A step takes milliseconds, and nobody reads a hundred reports a second. New phases and measurements are always reported.
    if (now - this.#lastReport < 100 && phase === this.#phase && !more.validation) return
    this.#phase = phase
    this.#lastReport = now
    let before = 0
    for (const [name, share] of Object.entries(this.#shares)) {
      if (name === phase) break
      before += share
    }
    const fraction = Math.min(1, before + this.#shares[phase] * within)
    const elapsed = (now - this.#start) / 1000
    const secondsLeft = fraction > 0.01 ? (elapsed / fraction) * (1 - fraction) : Number.POSITIVE_INFINITY
    this.#report({ phase, fraction, secondsLeft, ...more })
  }
}
