import type { StateSource } from '../../domain/decision.ts'
import type { State } from '../../domain/state.ts'

/** Where a state in a file says that it comes from. */
export interface Provenance {
  source: StateSource
  /** Milliseconds since 1970; null if the file doesn't say. */
  decidedAt: number | null
  /** Index into the file's models, −1 for none. */
  model: number
  score: number | null
  annotator: string | null
}

const bits = 16
const blockRows = 1 << bits

interface Block {
  images: Int32Array
  labels: Int32Array
  states: Int8Array
  /** Only where a row of the block has one. */
  provenance: ProvenanceColumns | undefined
}

interface ProvenanceColumns {
  /** 0: none, else index into `sources` + 1. */
  sources: Uint8Array
  decidedAt: Float64Array
  /** These three only where a row of the block has such a thing. */
  models?: Int32Array
  scores?: Float64Array
  annotators?: Int32Array
}

const sources: readonly StateSource[] = ['human', 'accepted_suggestion', 'import']

/**
 * States as a file tells them, in columns: 9 bytes each, 18 to 34 with where they come from. Ten million of them are read without
 * ten million objects.
 */
export class StateTable {
  #blocks: Block[] = []
  #length = 0
  readonly #annotators: string[] = []
  readonly #annotatorIndex = new Map<string, number>()

  get length(): number {
    return this.#length
  }

  /** @param state 0: the file says that it leaves this open */
  push(image: number, label: number, state: State, provenance?: Provenance): void {
    const at = this.#length & (blockRows - 1)
    if (at === 0) {
      this.#blocks.push({
        images: new Int32Array(blockRows),
        labels: new Int32Array(blockRows),
        states: new Int8Array(blockRows),
        provenance: undefined,
      })
    }
    const block = this.#blocks.at(-1)!
    block.images[at] = image
    block.labels[at] = label
    block.states[at] = state
    if (provenance) {
      block.provenance ??= newProvenance()
      const columns = block.provenance
      columns.sources[at] = sources.indexOf(provenance.source) + 1
      columns.decidedAt[at] = provenance.decidedAt ?? Number.NaN
      if (provenance.model >= 0) {
        columns.models ??= new Int32Array(blockRows).fill(-1)
        columns.models[at] = provenance.model
      }
      if (provenance.score !== null) {
        columns.scores ??= new Float64Array(blockRows).fill(Number.NaN)
        columns.scores[at] = provenance.score
      }
      if (provenance.annotator !== null) {
        columns.annotators ??= new Int32Array(blockRows).fill(-1)
        columns.annotators[at] = this.#annotatorOf(provenance.annotator)
      }
    }
    this.#length++
  }

  /** Entries of one image, or label, become those of another. */
  redirect(images: ReadonlyMap<number, number>, labels: ReadonlyMap<number, number>): void {
    for (let row = 0; row < this.#length; row++) {
      const block = this.#blocks[row >> bits]
      const at = row & (blockRows - 1)
      block.images[at] = images.get(block.images[at]) ?? block.images[at]
      block.labels[at] = labels.get(block.labels[at]) ?? block.labels[at]
    }
  }

  imageAt(row: number): number {
    return this.#blocks[row >> bits].images[row & (blockRows - 1)]
  }

  labelAt(row: number): number {
    return this.#blocks[row >> bits].labels[row & (blockRows - 1)]
  }

  stateAt(row: number): State {
    return this.#blocks[row >> bits].states[row & (blockRows - 1)] as State
  }

  provenanceAt(row: number): Provenance | undefined {
    const columns = this.#blocks[row >> bits].provenance
    const at = row & (blockRows - 1)
    if (!columns || columns.sources[at] === 0) return undefined
    return {
      source: sources[columns.sources[at] - 1],
      decidedAt: numberOrNull(columns.decidedAt[at]),
      model: columns.models?.[at] ?? -1,
      score: numberOrNull(columns.scores?.[at] ?? Number.NaN),
      annotator: this.#annotators[columns.annotators?.[at] ?? -1] ?? null,
    }
  }

  #annotatorOf(name: string): number {
    let index = this.#annotatorIndex.get(name)
    if (index === undefined) {
      index = this.#annotators.push(name) - 1
      this.#annotatorIndex.set(name, index)
    }
    return index
  }
}

function newProvenance(): ProvenanceColumns {
  return { sources: new Uint8Array(blockRows), decidedAt: new Float64Array(blockRows) }
}

function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value
}
