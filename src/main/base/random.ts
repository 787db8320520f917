/**
 * NumPy's RandomState: the Mersenne Twister MT19937, seeded like `numpy.random.RandomState(seed)`, so that masks and splits are
 * the same as the reference implementation's.
 */
export class RandomState {
  readonly #state = new Uint32Array(624)
  #index = 624

  /** @param seed an integer, 0 … 2³²-1 */
  constructor(seed: number) {
    const state = this.#state
    state[0] = seed >>> 0
    for (let i = 1; i < 624; i++) {
      const previous = state[i - 1] ^ (state[i - 1] >>> 30)
      state[i] = Math.imul(1812433253, previous) + i
    }
  }

  /** Uniform in 0 … 2³²-1. */
  uint32(): number {
    if (this.#index === 624) this.#refill()
    let y = this.#state[this.#index++]
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    y ^= y >>> 18
    return y >>> 0
  }

  /** Uniform in [0, 1) with 53 bits: `random_sample()`. */
  random(): number {
    const high = this.uint32() >>> 5
    const low = this.uint32() >>> 6
    return (high * 67108864 + low) / 9007199254740992
  }

  /** Uniform integer in 0 … bound-1. */
  integer(bound: number): number {
    return Math.floor(this.random() * bound)
  }

  /** Standard normal (Box–Muller; not NumPy's sequence). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.random()))
    return radius * Math.cos(2 * Math.PI * this.random())
  }

  /** Shuffles in place (Fisher–Yates) and returns the same array. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1)
      const item = items[i]
      items[i] = items[j]
      items[j] = item
    }
    return items
  }

  /** The generator's state: 624 words and the index into them. */
  state(): Uint32Array {
    return Uint32Array.of(...this.#state, this.#index)
  }

  /** Continues from a state that `state` returned. */
  restore(state: Uint32Array): void {
    this.#state.set(state.subarray(0, 624))
    this.#index = state[624]
  }

  #refill(): void {
    const state = this.#state
    for (let i = 0; i < 624; i++) {
      const y = (state[i] & 0x80000000) | (state[(i + 1) % 624] & 0x7fffffff)
      state[i] = state[(i + 397) % 624] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0)
    }
    this.#index = 0
  }
}
