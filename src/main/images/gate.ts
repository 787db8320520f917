/**
 * A weighted semaphore: admits work, first come, first served, while the sum of its weights stays within a capacity. Work that
 * weighs more than the capacity is admitted alone.
 */
export class Gate {
  readonly #capacity: number
  readonly #waiting: { weight: number; enter: () => void }[] = []
  #inside = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  async through<Result>(weight: number, work: () => Promise<Result>): Promise<Result> {
    const counted = Math.min(weight, this.#capacity)
    await new Promise<void>((enter) => {
      this.#waiting.push({ weight: counted, enter })
      this.#admit()
    })
    try {
      return await work()
    } finally {
      this.#inside -= counted
      this.#admit()
    }
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next && this.#inside + next.weight <= this.#capacity; next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#inside += next.weight
      next.enter()
    }
  }
}
