/** Runs asynchronous work one piece at a time, in the order of the calls. */
export class InOrder {
  #last: Promise<unknown> = Promise.resolve()

  /** @returns what the work returns @throws what the work throws; the next piece runs all the same */
  run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}
