import { confidenceOf } from './scores.ts'

export type Side = 'present' | 'absent'

/** Suggestions of one side that can be accepted together. */
export interface Acceptance {
  /** Those that are at least this sure: `confidenceOf`, above 0.5 … 1; above 1 where none can be. */
  from: number
  /** Places of the undecided pairs that it takes in, the surest first. */
  places: number[]
  /** The share of them that should be right, by their own probabilities. NaN of none. */
  expectedPrecision: number
}

/** So few held-out pairs would let one that is wrong decide. */
const leastHeldOut = 20

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
  const own = side === 'present' ? 1 : -1
  const undecided: number[] = []
  const heldOut: number[] = []
  probabilities.forEach((p, at) => {
    const isOnSide = side === 'present' ? p >= 0.5 : p < 0.5
    if (isOnSide) (states[at] === 0 ? undecided : heldOut).push(at)
  })
  const sure = (at: number): number => confidenceOf(probabilities[at])
  const surestFirst = (a: number, b: number): number => sure(b) - sure(a) || a - b
  undecided.sort(surestFirst)
  heldOut.sort(surestFirst)

  const byProbability = lowestCut(undecided, sure, sure, precision, 1)
  const isRight = (at: number): number => (states[at] === own ? 1 : 0)
  const byHeldOut = heldOut.length < leastHeldOut ? 0 : lowestCut(heldOut, sure, isRight, precision, leastHeldOut)
  const from = Math.max(byProbability, byHeldOut)
  const places = undecided.filter((at) => sure(at) >= from)
  return { from, places, expectedPrecision: places.reduce((sum, at) => sum + sure(at), 0) / places.length }
}

/** The lowest sureness, down to which the mean of `worth` reaches `precision`; infinite where that is nowhere. */
function lowestCut(
  surestFirst: readonly number[],
  sure: (at: number) => number,
  worth: (at: number) => number,
  precision: number,
  least: number,
): number {
  let total = 0
  let cut = Number.POSITIVE_INFINITY
  surestFirst.forEach((at, rank) => {
    total += worth(at)
    const isLastOfItsKind = rank + 1 === surestFirst.length || sure(surestFirst[rank + 1]) < sure(at)
    if (isLastOfItsKind && rank + 1 >= least && total >= precision * (rank + 1)) cut = sure(at)
  })
  return cut
}
