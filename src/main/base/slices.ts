import { setImmediate } from 'node:timers/promises'

/** Long work in slices of some milliseconds, so that the event loop, and whoever marks meanwhile, is never kept waiting. */
export class Slices {
  readonly #aim: number
  #ends: number

  /** @param aim milliseconds that a slice may take */
  constructor(aim = 5) {
    this.#aim = aim
    this.#ends = performance.now() + aim
  }

  /** To be waited for between small pieces of the work: lets others have their turn when the slice is over. */
  async pause(): Promise<void> {
    if (performance.now() < this.#ends) return
    await setImmediate()
    this.#ends = performance.now() + this.#aim
  }
}
