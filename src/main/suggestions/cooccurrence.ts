import { Slices } from '../base/slices.ts'
import { State } from '../domain/state.ts'

/**
 * How often labels occur together among known labels, for each ordered pair (a, b) of n labels: n×n, row-major by a. Images where
 * one of the two is unknown don't count.
 */
export interface Cooccurrence {
  /** The number of images where both are known. */
  known: Uint32Array
  /** The number of those where both are present. */
  both: Uint32Array
  /** The number of those where a is present. */
  first: Uint32Array
}

/**
 * Counts with bit sets, so that an intersection of 100,000 images takes 3,125 words; pauses between slices.
 * @param states y, row-major N×C: 1, -1, 0
 * @param columns the labels to count, [n]
 */
export async function countCooccurrence(
  states: Int8Array,
  labels: number,
  columns: readonly number[],
): Promise<Cooccurrence> {
  const slices = new Slices()
  const rows = labels > 0 ? states.length / labels : 0
  const present: Uint32Array[] = []
  const known: Uint32Array[] = []
  for (const column of columns) {
    present.push(imagesWith(states, labels, column, rows, true))
    known.push(imagesWith(states, labels, column, rows, false))
    await slices.pause()
  }
  const n = columns.length
  const counts = { known: new Uint32Array(n * n), both: new Uint32Array(n * n), first: new Uint32Array(n * n) }
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < n; b++) {
      counts.first[a * n + b] = sharedBits(present[a], known[b])
      if (b < a) continue
      counts.known[a * n + b] = counts.known[b * n + a] = sharedBits(known[a], known[b])
      counts.both[a * n + b] = counts.both[b * n + a] = sharedBits(present[a], present[b])
    }
    await slices.pause()
  }
  return counts
}

function imagesWith(states: Int8Array, labels: number, column: number, rows: number, presentOnly: boolean) {
  const bits = new Uint32Array(Math.ceil(rows / 32))
  for (let row = 0; row < rows; row++) {
    const state = states[row * labels + column]
    if (presentOnly ? state === State.present : state !== State.unknown) bits[row >>> 5] |= 1 << (row & 31)
  }
  return bits
}

function sharedBits(a: Uint32Array, b: Uint32Array): number {
  let count = 0
  for (let word = 0; word < a.length; word++) {
    // Population count: sums over groups of 2, 4 and 8 bits.
    let bits = a[word] & b[word]
    bits -= (bits >>> 1) & 0x55555555
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
    count += (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24
  }
  return count
}
