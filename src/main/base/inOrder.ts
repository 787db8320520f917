/** Work that is done one after the other, in the order in which it was asked for, however long each piece takes. */
export class InOrder {
  #last: Promise<unknown> = Promise.resolve()

  /** @returns what the work returns. @throws what it throws; whatever comes after it has its turn all the same */
  run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}
