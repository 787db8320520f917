/** Made-up images of many labels: nothing of them is kept in memory that a feature cache would have on the disk. */
import { RandomState } from '../../src/main/base/random.ts'
import type { FeatureSource } from '../../src/main/training/description/features.ts'

/** Labels of one theme come together: an image has one theme, and so many of its labels. */
const labelsOfTheme = 25
const presentOfTheme = 10
const noiseEntries = 1 << 20

/** Each label has a direction, which one position of the grid of an image shows where the label is present; the rest is noise. */
export class ManyLabels implements FeatureSource {
  readonly positions: number
  readonly channels: number
  readonly labels: number
  readonly records: Int32Array
  readonly #directions: Float32Array
  readonly #noise: Float32Array
  /** [N, presentOfTheme] */
  readonly #present: Int32Array

  constructor(images: number, labels: number, channels: number, positions = 49) {
    const random = new RandomState(0)
    this.positions = positions
    this.channels = channels
    this.labels = labels
    this.records = Int32Array.from({ length: images }, (_, i) => i)
    this.#directions = Float32Array.from({ length: labels * channels }, () => 2 * random.normal())
    this.#noise = Float32Array.from({ length: noiseEntries }, () => random.normal())
    const themes = Math.floor(labels / labelsOfTheme)
    this.#present = Int32Array.from({ length: images * presentOfTheme })
    for (let image = 0; image < images; image++) {
      const theme = random.integer(themes)
      for (let i = 0; i < presentOfTheme; i++) {
        this.#present[image * presentOfTheme + i] = theme * labelsOfTheme + random.integer(labelsOfTheme)
      }
    }
  }

  get names(): string[] {
    return Array.from({ length: this.labels }, (_, label) => `label ${label}`)
  }

  /** y where each label of each image is known by this chance, N×C. */
  known(share: number): Int8Array {
    const random = new RandomState(1)
    const states = new Int8Array(this.records.length * this.labels).fill(-1)
    this.#present.forEach((label, at) => {
      states[Math.floor(at / presentOfTheme) * this.labels + label] = 1
    })
    states.forEach((_, at) => {
      if (random.random() >= share) states[at] = 0
    })
    return states
  }

  async readGrid(records: Int32Array): Promise<Float16Array> {
    const size = this.positions * this.channels
    const grid = new Float16Array(records.length * size)
    records.forEach((record, i) => {
      grid.set(this.#image(record), i * size)
    })
    return grid
  }

  async readPooled(records: Int32Array): Promise<Float32Array> {
    const { channels, positions } = this
    const pooled = new Float32Array(records.length * channels)
    records.forEach((record, i) => {
      const image = this.#image(record)
      for (let at = 0; at < image.length; at++) pooled[i * channels + (at % channels)] += image[at] / positions
    })
    return pooled
  }

  #image(record: number): Float32Array {
    const size = this.positions * this.channels
    const random = new RandomState(record)
    const from = random.integer(noiseEntries - size)
    const image = this.#noise.slice(from, from + size)
    for (let i = 0; i < presentOfTheme; i++) {
      const label = this.#present[record * presentOfTheme + i]
      const at = random.integer(this.positions) * this.channels
      for (let d = 0; d < this.channels; d++) image[at + d] += this.#directions[label * this.channels + d]
    }
    return image
  }
}
