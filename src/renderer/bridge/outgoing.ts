/**
 * Calls that have started but haven't been sent, because assembling a message takes several promises. Whatever has to be sent after
 * them waits here.
 */
export class Outgoing {
  readonly #begun: (() => void)[] = []
  #waiting: (() => void)[] = []

  /**
   * A call starts. Reading a file before sending it would take too long to wait for, so a call stops counting once the current task is
   * over.
   * @returns a function to call when nothing of it is left to send; calling it again has no effect
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

  /** A message was sent: that of the call that started first. */
  sent(): void {
    this.#begun[0]?.()
  }

  /** Resolves once every started call has been sent; at once if there is none. */
  afterwards(act: () => void): void {
    if (this.#begun.length === 0) act()
    else this.#waiting.push(act)
  }
}
