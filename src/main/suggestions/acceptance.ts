import { confidenceOf } from './scores.ts'

export type Side = 'present' | 'absent'

/** Suggestions of one side that can be accepted together. */
export interface Acceptance {
  /** Those that are at least this sure: `confidenceOf`, above 0.5 … 1; above 1 where none can be. */
  from: number
  /** Places of the undecided pairs that it takes in, the surest first. */
  places: Int32Array
  /** The share of them that should be right, by their own probabilities. NaN of none. */
  expectedPrecision: number
}

/** The suggestions of one side, the surest first; of equally sure ones the earlier. */
export interface RankedSide {
  undecided: RankedPairs
  /** Known pairs that would have been suggested so. */
  heldOut: HeldOut
}

export interface RankedPairs {
  places: Int32Array
  /** `confidenceOf`, falling. */
  sureness: Float64Array
}

export interface HeldOut {
  /** `confidenceOf`, falling. */
  sureness: Float64Array
  /** 1 where the suggestion would have been right. */
  right: Uint8Array
}

/** So few held-out pairs would let one that is wrong decide. */
export const leastHeldOut = 20

/**
 * The largest set of undecided suggestions of one side, the surest first, of which at least a share `precision` should be right:
 * by their calibrated probabilities, and by what the same cut would have done on the known pairs. Either alone can be too hopeful:
 * probabilities where a label's known pairs are few, the known pairs where they are not like the others.
 * @param probabilities of present, calibrated, [N]; of known pairs from models that never saw them; NaN is left out
 * @param states y, [N]: 1, -1, 0
 * @param precision a fraction
 */
export function acceptanceAt(
  probabilities: Float32Array,
  states: Int8Array,
  side: Side,
  precision: number,
): Acceptance {
  const { undecided, heldOut } = rankSide(probabilities, states, side)
  return acceptanceOf(undecided, precision, heldOutCut(heldOut, precision) ?? 0)
}

/** @param probabilities of present, [N]; NaN is left out @param states y, [N]: 1, -1, 0 */
export function rankSide(probabilities: Float32Array, states: Int8Array, side: Side): RankedSide {
  const own = side === 'present' ? 1 : -1
  const order = surestFirst(probabilities, side)
  let known = 0
  for (let rank = 0; rank < order.length; rank++) if (states[order[rank]] !== 0) known++
  const open = order.length - known
  const undecided = { places: new Int32Array(open), sureness: new Float64Array(open) }
  const heldOut = { sureness: new Float64Array(known), right: new Uint8Array(known) }
  let [openAt, knownAt] = [0, 0]
  for (let rank = 0; rank < order.length; rank++) {
    const at = order[rank]
    const sureness = confidenceOf(probabilities[at])
    if (states[at] === 0) {
      undecided.places[openAt] = at
      undecided.sureness[openAt++] = sureness
    } else {
      heldOut.sureness[knownAt] = sureness
      heldOut.right[knownAt++] = states[at] === own ? 1 : 0
    }
  }
  return { undecided, heldOut }
}

/** Down to which sureness the share of right ones among the known pairs reaches `precision`; null of too few to say. */
export function heldOutCut({ sureness, right }: HeldOut, precision: number): number | null {
  if (sureness.length < leastHeldOut) return null
  return lowestCut(sureness, right, precision, leastHeldOut)
}

/** The known pairs of several labels together: of rare ones, each of which has too few. */
export function together(parts: readonly HeldOut[]): HeldOut {
  const pairs = parts.flatMap(({ sureness, right }) => Array.from(sureness, (sure, at) => ({ sure, right: right[at] })))
  pairs.sort((a, b) => b.sure - a.sure)
  return { sureness: Float64Array.from(pairs, ({ sure }) => sure), right: Uint8Array.from(pairs, ({ right }) => right) }
}

/** @param leastSure what the known pairs allow: `heldOutCut` */
export function acceptanceOf({ places, sureness }: RankedPairs, precision: number, leastSure: number): Acceptance {
  const from = Math.max(leastSure, lowestCut(sureness, sureness, precision, 1))
  let [count, total] = [0, 0]
  while (count < places.length && sureness[count] >= from) total += sureness[count++]
  return { from, places: places.subarray(0, count), expectedPrecision: total / count }
}

/** The lowest sureness, down to which the mean of `worth` reaches `precision`; infinite where that is nowhere. */
function lowestCut(sureness: Float64Array, worth: Float64Array | Uint8Array, precision: number, least: number): number {
  let total = 0
  let cut = Number.POSITIVE_INFINITY
  for (let rank = 0; rank < sureness.length; rank++) {
    total += worth[rank]
    const isLastOfItsKind = rank + 1 === sureness.length || sureness[rank + 1] < sureness[rank]
    if (isLastOfItsKind && rank + 1 >= least && total >= precision * (rank + 1)) cut = sureness[rank]
  }
  return cut
}

/** The bits of 1 as a float: those of smaller numbers that are not negative are below, and rise with them. */
const bitsOfOne = 0x3f800000
const digit = 15
const digits = (1 << digit) - 1

/**
 * Places of the probabilities of one side. Sorted by their bits, fifteen at a time: a project has millions, and this takes a
 * fraction of the time that comparing them would.
 */
function surestFirst(probabilities: Float32Array, side: Side): Int32Array {
  const bits = new Uint32Array(probabilities.buffer, probabilities.byteOffset, probabilities.length)
  let places = new Int32Array(probabilities.length)
  let keys = new Uint32Array(probabilities.length)
  let count = 0
  for (let at = 0; at < probabilities.length; at++) {
    const p = probabilities[at]
    const isOnSide = side === 'present' ? p >= 0.5 : p < 0.5
    if (!isOnSide) continue
    keys[count] = side === 'present' ? bitsOfOne - bits[at] : bits[at]
    places[count++] = at
  }
  let [movedPlaces, movedKeys] = [new Int32Array(count), new Uint32Array(count)]
  ;[places, keys] = [places.slice(0, count), keys.slice(0, count)]
  const starts = new Uint32Array(digits + 1)
  for (let shift = 0; shift < 2 * digit; shift += digit) {
    starts.fill(0)
    for (let i = 0; i < count; i++) starts[(keys[i] >>> shift) & digits]++
    let start = 0
    for (let value = 0; value <= digits; value++) {
      const size = starts[value]
      starts[value] = start
      start += size
    }
    for (let i = 0; i < count; i++) {
      const to = starts[(keys[i] >>> shift) & digits]++
      movedPlaces[to] = places[i]
      movedKeys[to] = keys[i]
    }
    ;[places, movedPlaces] = [movedPlaces, places]
    ;[keys, movedKeys] = [movedKeys, keys]
  }
  return places
}
