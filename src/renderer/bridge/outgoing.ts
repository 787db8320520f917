/**
 * Calls on their way out: begun, and not on the line yet, because putting a message together takes some promises. Whoever wants
 * to come after them waits here.
 */
export class Outgoing {
  readonly #begun: (() => void)[] = []
  #waiting: (() => void)[] = []

  /**
   * A call begins. A file has to be read before it can be sent, which takes longer than anybody should wait: when what runs now
   * is over, no call counts any more.
   * @returns to be called when there is nothing left to send of it; more than once is as good as once
   */
  begin(): () => void {
    const over = (): void => {
      const at = this.#begun.indexOf(over)
      if (at < 0) return
      this.#begun.splice(at, 1)
      clearTimeout(timer)
      if (this.#begun.length > 0) return
      const waiting = this.#waiting
      this.#waiting = []
      for (const act of waiting) act()
    }
    const timer = setTimeout(over)
    this.#begun.push(over)
    return over
  }

  /** A message went out: that of the call that was begun first. */
  sent(): void {
    this.#begun[0]?.()
  }

  /** Once every call that has begun is on the line; at once if there is none. */
  afterwards(act: () => void): void {
    if (this.#begun.length === 0) act()
    else this.#waiting.push(act)
  }
}
