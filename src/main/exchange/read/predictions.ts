const bits = 16
const blockRows = 1 << bits

interface Block {
  images: Int32Array
  labels: Int32Array
  probabilities: Float32Array
}

/** What a model says of a pair in a file: no state, but a suggestion. In columns, 12 bytes each. */
export class PredictionTable {
  /** What the file calls the model. */
  model = ''
  readonly #blocks: Block[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  /** @param probability that the label is present, 0 … 1 */
  push(image: number, label: number, probability: number): void {
    const at = this.#length & (blockRows - 1)
    if (at === 0) {
      this.#blocks.push({
        images: new Int32Array(blockRows),
        labels: new Int32Array(blockRows),
        probabilities: new Float32Array(blockRows),
      })
    }
    const block = this.#blocks.at(-1)!
    block.images[at] = image
    block.labels[at] = label
    block.probabilities[at] = probability
    this.#length++
  }

  *[Symbol.iterator](): Generator<[image: number, label: number, probability: number]> {
    for (let row = 0; row < this.#length; row++) {
      const [block, at] = [this.#blocks[row >> bits], row & (blockRows - 1)]
      yield [block.images[at], block.labels[at], block.probabilities[at]]
    }
  }
}

/** As a project keeps the scores of a model. */
export interface PredictedScores {
  model: string
  /** Rising, [N]. */
  imageIds: Int32Array
  /** [C] */
  labelIds: Int32Array
  /** Column-major N×C; NaN where the file says nothing. Of several for one pair, the highest. */
  probabilities: Float32Array
}

/**
 * @param imageIds the project's image of each of the file's; 0 for none
 * @param labelIds the project's label of each of the file's; 0 for none
 */
export function scoresOf(predictions: PredictionTable, imageIds: Int32Array, labelIds: Int32Array): PredictedScores {
  const [images, labels] = [new Set<number>(), new Set<number>()]
  for (const [image, label] of predictions) {
    if (imageIds[image] === 0 || labelIds[label] === 0) continue
    images.add(imageIds[image])
    labels.add(labelIds[label])
  }
  const rows = Int32Array.from(images).sort()
  const columns = Int32Array.from(labels).sort()
  const rowOf = new Map(Array.from(rows, (id, row) => [id, row]))
  const columnOf = new Map(Array.from(columns, (id, column) => [id, column]))
  const probabilities = new Float32Array(rows.length * columns.length).fill(Number.NaN)
  for (const [image, label, probability] of predictions) {
    const [row, column] = [rowOf.get(imageIds[image]), columnOf.get(labelIds[label])]
    if (row === undefined || column === undefined) continue
    const at = column * rows.length + row
    if (!(probabilities[at] >= probability)) probabilities[at] = probability
  }
  return { model: predictions.model, imageIds: rows, labelIds: columns, probabilities }
}
