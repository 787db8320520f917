/** A rate limit with bursts. */
export interface Rate {
  atOnce: number
  perSecond: number
}

/** A token bucket: `atOnce` tokens at first, refilled with `perSecond`. */
export class TokenBucket {
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

  /** Whether it is empty. Takes nothing. */
  get isSpent(): boolean {
    this.#fill()
    return this.#left < 1
  }

  /** Takes a token, on credit if there is none. @returns milliseconds until the credit is paid back; 0 if there was a token */
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

/** With more clients than this, the oldest one is forgotten. */
const clientsKept = 10_000

/** Limits wrong guesses of a password by client: after too many, a client must wait, even with the right one. */
export class GuessLimiter {
  readonly #rate: Rate
  readonly #now: (() => number) | undefined
  readonly #byClient = new Map<string, TokenBucket>()

  constructor(rate: Rate, now?: () => number) {
    this.#rate = rate
    this.#now = now
  }

  isBarred(client: string): boolean {
    return this.#byClient.get(client)?.isSpent ?? false
  }

  wasWrong(client: string): void {
    const bucket = this.#byClient.get(client) ?? new TokenBucket(this.#rate, this.#now)
    this.#byClient.delete(client)
    this.#byClient.set(client, bucket)
    if (!bucket.isSpent) bucket.take()
    if (this.#byClient.size > clientsKept) this.#byClient.delete(this.#byClient.keys().next().value!)
  }
}
