/** What a fine-tune run tells while it works. */
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

/** Roughly how the time of a run is shared out: only the time left depends on it. */
const usual: Record<Phase, number> = {
  preparing: 0.34,
  baseline: 0.03,
  network: 0.43,
  scoring: 0.14,
  'last stage': 0,
  blending: 0.06,
}
/** Where the backbone's last stage is trained too, that takes most of it. */
const withLastStage: Record<Phase, number> = {
  preparing: 0.01,
  baseline: 0.02,
  network: 0.08,
  scoring: 0.02,
  'last stage': 0.86,
  blending: 0.01,
}

/** Turns the progress within phases into that of the run. */
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

  /** @param within 0 … 1: how far the phase is */
  at(phase: Phase, within: number, more: Pick<ProgressReport, 'losses' | 'validation'> = {}): void {
    if (!this.#report) return
    const now = performance.now()
    // A step takes milliseconds; nobody reads a hundred reports a second. A new phase, and what was measured, is always told.
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
