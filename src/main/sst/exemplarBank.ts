/**
 * For each label, a first-in-first-out bank of the last E features f_c of images where c is known present, newest first (METHOD
 * 1, CST). It stays outside the training graph, which needs only the sums of unit vectors that `kept` returns.
 */
export class ExemplarBank {
  readonly labels: number
  readonly channels: number
  readonly capacity: number
  /** [C, E, D]; empty slots are zero. */
  readonly features: Float32Array
  readonly #filled: Int32Array
  /** 1 / length of each exemplar, [C, E]; 0 for a vector of zeros. */
  readonly #inverseLengths: Float32Array

  constructor(labels: number, capacity: number, channels: number, features?: Float32Array) {
    this.labels = labels
    this.capacity = capacity
    this.channels = channels
    this.features = features ?? new Float32Array(labels * capacity * channels)
    this.#filled = new Int32Array(labels).fill(features ? capacity : 0)
    this.#inverseLengths = Float32Array.from({ length: labels * capacity }, (_, slot) => this.#inverseLength(slot))
  }

  /** How many slots of this label are in use. */
  filled(label: number): number {
    return this.#filled[label]
  }

  /**
   * Sums up the unit exemplars that remain once `arriving` new ones are pushed.
   * @param arriving the number of each label's known positives in the batch, [C]
   * @param emptySlotsCount counts all E slots, as published, so that an empty one counts as similarity 0; otherwise only those
   *   in use (METHOD 3, repair 4)
   * @returns `bankSum`, [C, D], and `bankCount`, [C], of `interTargets`
   */
  kept(arriving: Int32Array, emptySlotsCount: boolean): { sum: Float32Array; count: Float32Array } {
    const { channels, capacity } = this
    const sum = new Float32Array(this.labels * channels)
    const count = new Float32Array(this.labels)
    for (let label = 0; label < this.labels; label++) {
      const stays = Math.min(this.#filled[label], Math.max(0, capacity - arriving[label]))
      count[label] = emptySlotsCount ? capacity : Math.min(capacity, stays + arriving[label])
      for (let slot = 0; slot < stays; slot++) this.#addUnit(label, slot, sum)
    }
    return { sum, count }
  }

  /**
   * Pushes a batch's known positives to the front of their label's bank, in the order of the batch.
   * @param features f, [B, C, D]
   * @param target y, [B, C]
   */
  push(features: Float32Array, target: ArrayLike<number>): void {
    const { channels, capacity, labels } = this
    const images = target.length / labels
    for (let label = 0; label < labels; label++) {
      const rows = Array.from({ length: images }, (_, b) => b).filter((b) => target[b * labels + label] === 1)
      if (rows.length === 0) continue
      const fresh = rows.slice(0, capacity)
      const start = label * capacity * channels
      const used = fresh.length * channels
      this.features.copyWithin(start + used, start, start + capacity * channels - used)
      const first = label * capacity
      this.#inverseLengths.copyWithin(first + fresh.length, first, first + capacity - fresh.length)
      fresh.forEach((b, slot) => {
        const from = (b * labels + label) * channels
        this.features.set(features.subarray(from, from + channels), start + slot * channels)
        this.#inverseLengths[first + slot] = this.#inverseLength(first + slot)
      })
      this.#filled[label] = Math.min(capacity, this.#filled[label] + fresh.length)
    }
  }

  /** The exemplars, and how many each label has. Not a copy. */
  state(): { features: Float32Array; filled: Int32Array } {
    return { features: this.features, filled: this.#filled }
  }

  /** Restores what `state` returned, in a bank of the same sizes. */
  restore({ features, filled }: { features: Float32Array; filled: Int32Array }): void {
    this.features.set(features)
    this.#filled.set(filled)
    this.#inverseLengths.forEach((_, slot) => {
      this.#inverseLengths[slot] = this.#inverseLength(slot)
    })
  }

  #addUnit(label: number, slot: number, sum: Float32Array): void {
    const { channels, capacity, features } = this
    const scale = this.#inverseLengths[label * capacity + slot]
    const from = (label * capacity + slot) * channels
    const to = label * channels
    for (let d = 0; d < channels; d++) sum[to + d] += features[from + d] * scale
  }

  #inverseLength(slot: number): number {
    const { channels, features } = this
    let square = 0
    for (let d = 0, at = slot * channels; d < channels; d++, at++) square += features[at] * features[at]
    return square > 0 ? 1 / Math.sqrt(square) : 0
  }
}
