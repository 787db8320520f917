import { RandomState } from '../../src/main/base/random.ts'
import type { FeatureSource } from '../../src/main/training/description/features.ts'

/**
 * Made-up features in which labels can be found: each label has a direction of its own, which some positions of the grid of an
 * image show if the label is present. Label 1 mostly comes with label 0.
 */
export class Scenes implements FeatureSource {
  readonly channels = 24
  readonly positions = 9
  readonly labels = 4
  readonly names = ['sun', 'beach', 'dog', 'tree']
  readonly truth: Int8Array
  readonly #grid: Float16Array
  readonly records: Int32Array

  constructor(images: number, seed = 0) {
    const random = new RandomState(seed)
    const directions = Float32Array.from({ length: this.labels * this.channels }, () => random.normal())
    this.records = Int32Array.from({ length: images }, (_, i) => i)
    this.truth = new Int8Array(images * this.labels)
    this.#grid = Float16Array.from({ length: images * this.positions * this.channels }, () => random.normal())
    for (let image = 0; image < images; image++) {
      for (let label = 0; label < this.labels; label++) {
        const chance = label === 1 ? (this.truth[image * this.labels] === 1 ? 0.8 : 0.1) : 0.35
        const present = random.random() < chance
        this.truth[image * this.labels + label] = present ? 1 : -1
        if (!present) continue
        for (let n = 0; n < 3; n++) {
          const at = (image * this.positions + random.integer(this.positions)) * this.channels
          for (let d = 0; d < this.channels; d++) this.#grid[at + d] += 1.2 * directions[label * this.channels + d]
        }
      }
    }
  }

  /** What is known when each label of each image is known by this chance. */
  known(share: number, seed = 1): Int8Array {
    const random = new RandomState(seed)
    return this.truth.map((state) => (random.random() < share ? state : 0))
  }

  async readPooled(records: Int32Array): Promise<Float32Array> {
    const pooled = new Float32Array(records.length * this.channels)
    records.forEach((record, i) => {
      for (let position = 0; position < this.positions; position++) {
        for (let d = 0; d < this.channels; d++) {
          const value = this.#grid[(record * this.positions + position) * this.channels + d]
          pooled[i * this.channels + d] += value / this.positions
        }
      }
    })
    // The cache of a backbone keeps float16.
    return Float32Array.from(Float16Array.from(pooled))
  }

  async readGrid(records: Int32Array): Promise<Float16Array> {
    const size = this.positions * this.channels
    const grid = new Float16Array(records.length * size)
    records.forEach((record, i) => {
      grid.set(this.#grid.subarray(record * size, (record + 1) * size), i * size)
    })
    return grid
  }
}
