/** So many at once, and so many more each second: a bucket that fills again. */
export interface Rate {
  atOnce: number
  perSecond: number
}

/** What somebody may still do at this moment. */
export class Allowance {
  readonly #rate: Rate
  readonly #now: () => number
  #left: number
  #at: number

  /** @param now in milliseconds */
  constructor(rate: Rate, now: () => number = () => performance.now()) {
    this.#rate = rate
    this.#now = now
    this.#left = rate.atOnce
    this.#at = now()
  }

  /** Whether there is nothing left; nothing is taken. */
  get isSpent(): boolean {
    this.#fill()
    return this.#left < 1
  }

  /** Takes one, even of nothing. @returns how many milliseconds from now there is one to take again; 0: there is */
  take(): number {
    this.#fill()
    this.#left--
    return this.#left >= 0 ? 0 : Math.ceil((-this.#left / this.#rate.perSecond) * 1000)
  }

  #fill(): void {
    const now = this.#now()
    this.#left = Math.min(this.#rate.atOnce, this.#left + ((now - this.#at) / 1000) * this.#rate.perSecond)
    this.#at = now
  }
}

/** Of more askers than this, the one that was heard of first is forgotten. */
const askersKept = 10_000

/** Wrong guesses by who makes them: after too many, whoever it is waits, whatever they say. */
export class Guesses {
  readonly #rate: Rate
  readonly #now: (() => number) | undefined
  readonly #byAsker = new Map<string, Allowance>()

  constructor(rate: Rate, now?: () => number) {
    this.#rate = rate
    this.#now = now
  }

  isBarred(asker: string): boolean {
    return this.#byAsker.get(asker)?.isSpent ?? false
  }

  wasWrong(asker: string): void {
    const allowance = this.#byAsker.get(asker) ?? new Allowance(this.#rate, this.#now)
    this.#byAsker.delete(asker)
    this.#byAsker.set(asker, allowance)
    if (!allowance.isSpent) allowance.take()
    if (this.#byAsker.size > askersKept) this.#byAsker.delete(this.#byAsker.keys().next().value!)
  }
}
