import type { Side } from '../domain/state.ts'
import { provenCut, rankSide, usualAim } from './acceptance.ts'
import { likelyFrom } from './scores.ts'

/**
 * The confident suggestions of one label and side: likely ones (`likelyFrom`) of which at least 95 % are right, by a lower bound from
 * what is known of this label (`provenCut`). While a label can't be bounded, none of its suggestions is confident.
 * @param probabilities of present, [N]; of known pairs from models that never saw them
 * @param states y, [N]: 1, -1, 0
 * @returns their places, the surest first
 */
export function confidentPlaces(probabilities: Float32Array, states: Int8Array, side: Side): Int32Array {
  const ranked = rankSide(probabilities, states, side)
  const { cut } = provenCut(ranked, { precision: usualAim.precision, maxLost: 1 })
  if (!cut) return new Int32Array(0)
  const { places, sureness } = ranked.undecided
  let count = 0
  while (count < cut.undecided && sureness[count] >= likelyFrom) count++
  return places.subarray(0, count)
}
