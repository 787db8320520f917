import { setImmediate } from 'node:timers/promises'
import type { BulkLine, BulkRequest } from '../../../contract/bulk.ts'
import { type Side, State } from '../../domain/state.ts'
import type { LabelColumn, PairTable } from '../../pairs/pairTable.ts'
import { type Acceptance, acceptanceOf, rankSide } from '../../suggestions/acceptance.ts'
import { confidenceOf, type ScoreTable } from '../../suggestions/scores.ts'

/** Suggestions of one label and side, surest first. */
export interface Accepted {
  line: BulkLine
  column: number
  /** Rows of the score table. */
  rows: Int32Array
  /** Probabilities of present, as previewed. */
  probabilities: Float32Array
}

export interface BulkInput extends Pick<BulkRequest, 'precision' | 'maxLost' | 'sides' | 'labelIds'> {
  pairs: PairTable
  /** 1 for each pair that is no evidence, laid out as the matrix. */
  uponSuggestion: Uint8Array
  /** By id; undefined for all. */
  images: Int32Array | undefined
}

/**
 * What can be accepted in bulk, computed for each label from its own known images (`acceptanceOf`). Yields to the event loop between
 * labels.
 */
export async function planBulk(input: BulkInput): Promise<Accepted[]> {
  const { pairs, precision, maxLost } = input
  const wanted = input.images && rowsOf(pairs, input.images)
  const chosen = input.labelIds && new Set(input.labelIds)
  const found: Accepted[] = []
  for (const [column, labelId] of pairs.labelIds.entries()) {
    const both = chosen?.has(labelId) === false ? undefined : pairs.column(labelId)
    if (!both) continue
    const { probabilities, states, open } = evidenceOf(both, input.uponSuggestion, wanted)
    for (const side of input.sides) {
      const ranked = rankSide(probabilities, states, side)
      const acceptance = acceptanceOf(ranked, side, { precision, maxLost }, open.count)
      const rows = acceptance.places.slice()
      const accepted = Float32Array.from(rows, (row) => probabilities[row])
      const line = lineOf(acceptance, { labelId, side, suggested: ranked.undecided.places.length, open })
      const expectedErrors = accepted.reduce((sum, p) => sum + 1 - confidenceOf(p), 0)
      found.push({ line: { ...line, expectedErrors }, column, rows, probabilities: accepted })
    }
    await setImmediate()
  }
  return found
}

/** The number of undecided pairs of a label in all images, and Σ p of those that may be accepted. */
interface Open {
  count: number
  expectedPositives: number
}

function lineOf(
  { places, from, precision, lost, heldOut, refusal }: Acceptance,
  { labelId, side, suggested, open }: Pick<BulkLine, 'labelId' | 'side' | 'suggested'> & { open: Open },
): Omit<BulkLine, 'expectedErrors'> {
  const positives = Math.round(open.expectedPositives)
  const isAccepted = places.length > 0
  return {
    ...{ labelId, side, count: places.length, suggested, from, heldOut, refusal: refusal ?? null },
    precision: isAccepted ? precision : null,
    lost:
      isAccepted && side === 'absent'
        ? { share: lost, count: Math.ceil(lost * open.expectedPositives), positives }
        : null,
  }
}

/** A label's probabilities and states, by row of the table; NaN for pairs that are neither candidates nor evidence. */
function evidenceOf(
  { values, states: all, stateRows, width, stateColumn }: LabelColumn,
  uponSuggestion: Uint8Array,
  wanted: Uint8Array | undefined,
) {
  const probabilities = values.slice()
  const states = new Int8Array(values.length)
  const open: Open = { count: 0, expectedPositives: 0 }
  for (let row = 0; row < probabilities.length; row++) {
    const stateRow = stateRows[row]
    const place = stateRow * width + stateColumn
    const state = stateRow < 0 ? State.unknown : all[place]
    const isOpen = stateRow >= 0 && state === State.unknown
    const isScored = !Number.isNaN(probabilities[row])
    if (isOpen && isScored) open.count++
    const counts = stateRow >= 0 && (isOpen ? wanted?.[row] !== 0 : uponSuggestion[place] === 0)
    if (counts) states[row] = state
    else probabilities[row] = Number.NaN
    if (counts && isOpen && isScored) open.expectedPositives += probabilities[row]
  }
  return { probabilities, states, open }
}

function rowsOf(pairs: PairTable, imageIds: Int32Array): Uint8Array {
  const rows = new Uint8Array(pairs.imageIds.length)
  for (const id of imageIds) {
    const row = pairs.rowOf(id)
    if (row >= 0) rows[row] = 1
  }
  return rows
}

export interface SampledPair {
  row: number
  labelId: number
  side: Side
  probability: number
  drawn: 'least' | 'random'
}

/**
 * A sample of a plan for people to check: the least certain pairs, and as many random ones. A pair's place in the draw is a hash of the
 * pair, so that the sample stays stable while the target changes.
 */
export async function sampleOf(plan: readonly Accepted[], table: ScoreTable, size: number): Promise<SampledPair[]> {
  const pairAt = ({ line, rows, probabilities }: Accepted, rank: number, drawn: SampledPair['drawn']): SampledPair => ({
    ...{ row: rows[rank], labelId: line.labelId, side: line.side, probability: probabilities[rank], drawn },
  })
  const least = plan
    .flatMap((one) =>
      Array.from({ length: Math.min(size, one.rows.length) }, (_, i) => pairAt(one, one.rows.length - 1 - i, 'least')),
    )
    .sort((a, b) => confidenceOf(a.probability) - confidenceOf(b.probability))
    .slice(0, size)
  const taken = new Set(least.map(({ row, labelId }) => `${row} ${labelId}`))
  // Twice as many as needed: some may be among the least certain.
  let drawn: { key: number; pair: SampledPair }[] = []
  let limit = Number.POSITIVE_INFINITY
  for (const one of plan) {
    for (let rank = 0; rank < one.rows.length; rank++) {
      const key = hashOf(table.imageIds[one.rows[rank]], one.line.labelId)
      if (key >= limit) continue
      drawn.push({ key, pair: pairAt(one, rank, 'random') })
      if (drawn.length < 4 * size) continue
      drawn = smallest(drawn, 2 * size)
      limit = drawn.at(-1)!.key
    }
    await setImmediate()
  }
  const random = smallest(drawn, 2 * size)
    .map(({ pair }) => pair)
    .filter(({ row, labelId }) => !taken.has(`${row} ${labelId}`))
  return [...least, ...random.slice(0, size)]
}

function smallest<T extends { key: number }>(items: readonly T[], count: number): T[] {
  return items.toSorted((a, b) => a.key - b.key).slice(0, count)
}

/** Each input bit flips about half of the result's bits (the finaliser of MurmurHash3). 0 … 2³² − 1 */
function hashOf(imageId: number, labelId: number): number {
  let hash = Math.imul(imageId, 0x9e3779b1) ^ Math.imul(labelId, 0x85ebca77)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Every pair of a plan, image by image. That is the order of the file, and several times as fast to write. */
export async function imageByImage(
  plan: readonly Accepted[],
  table: ScoreTable,
): Promise<Iterable<{ imageId: number; line: BulkLine; probability: number }>> {
  const ends = new Uint32Array(table.imageIds.length + 1)
  for (const { rows } of plan) for (const row of rows) ends[row + 1]++
  for (let row = 0; row < table.imageIds.length; row++) ends[row + 1] += ends[row]
  const next = ends.slice()
  const [from, ranks] = [new Uint32Array(ends.at(-1)!), new Uint32Array(ends.at(-1)!)]
  for (const [index, { rows }] of plan.entries()) {
    for (let rank = 0; rank < rows.length; rank++) {
      const at = next[rows[rank]]++
      from[at] = index
      ranks[at] = rank
    }
    await setImmediate()
  }
  return (function* () {
    for (let row = 0; row < table.imageIds.length; row++) {
      for (let at = ends[row]; at < ends[row + 1]; at++) {
        const { line, probabilities } = plan[from[at]]
        yield { imageId: table.imageIds[row], line, probability: probabilities[ranks[at]] }
      }
    }
  })()
}
