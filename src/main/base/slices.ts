import { setImmediate } from 'node:timers/promises'

/** Divides long work into slices of a few milliseconds, so that marking never has to wait for the event loop. */
export class Slices {
  readonly #aim: number
  #ends: number

  /** @param aim milliseconds per slice */
  constructor(aim = 5) {
    this.#aim = aim
    this.#ends = performance.now() + aim
  }

  /** To be awaited between small pieces of work: yields to the event loop once the slice is used up. */
  async pause(): Promise<void> {
    if (performance.now() < this.#ends) return
    await setImmediate()
    this.#ends = performance.now() + this.#aim
  }
}
