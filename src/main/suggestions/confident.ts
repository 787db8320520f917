import type { Side } from '../domain/state.ts'
import { defaultAim, provenCut, rankSide } from './acceptance.ts'
import { likelyFrom } from './scores.ts'

/**
 * The confident suggestions of one label and side: likely ones (`likelyFrom`), at least 95 % of which are right according to a lower
 * bound from the label's known pairs (`provenCut`). Without such a bound, none of a label's suggestions is confident.
 * @param probabilities of present, [N]; those of known pairs from models that never saw them
 * @param states y, [N]: 1, -1, 0
 * @returns their indices, the most confident first
 */
export function confidentPlaces(probabilities: Float32Array, states: Int8Array, side: Side): Int32Array {
  const ranked = rankSide(probabilities, states, side)
  const { cut } = provenCut(ranked, { precision: defaultAim.precision, maxLost: 1 })
  if (!cut) return new Int32Array(0)
  const { places, confidence } = ranked.undecided
  let count = 0
  while (count < cut.undecided && confidence[count] >= likelyFrom) count++
  return places.subarray(0, count)
}
