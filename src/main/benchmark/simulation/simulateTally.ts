import { type Side, State, targetOf } from '../../domain/state.ts'
import { type Estimate, wilsonEstimate } from '../../suggestions/audit.ts'
import { confidentPlaces } from '../../suggestions/confident.ts'
import type { Asked } from './simulateOrders.ts'

/** How good the confident suggestions of one side are. */
export interface ConfidentTally {
  count: number
  /** True precision; NaN if there are none. */
  precision: number
  /** The accuracy of likely suggestions, estimated from the audit pairs asked after this training. */
  audit: Estimate
}

/** What is known after a round's training. */
export interface RoundTally {
  round: number
  /** Marks made so far, plus one action that accepts all confident suggestions. */
  decisions: number
  /** Pairs that are marked, or rightly suggested with confidence. */
  labelsRight: number
  /** The positives among them, as a share of all positives. */
  positivesKnown: number
  /** `labelsRight - decisions`: how many more decisions it would take to mark the same labels one by one. */
  saved: number
  confident: Record<Side, ConfidentTally>
}

/**
 * What an annotator would know after stopping here and accepting all confident suggestions.
 * @param truth 1 present, 0 absent, N×C
 * @param states marks so far, all correct, N×C
 * @param probabilities N×C; NaN without a suggestion
 */
export function tally(
  round: number,
  truth: Uint8Array,
  states: Int8Array,
  probabilities: Float32Array,
  labels: number,
  { audit }: Pick<Asked, 'audit'>,
): RoundTally {
  const unknown = Int32Array.from(states.keys()).filter((at) => states[at] === State.unknown)
  const isRight = (side: Side) => (at: number) => (truth[at] === 1) === (side === 'present')
  const places = { present: confidentOf('present'), absent: confidentOf('absent') }
  const rightOf = (side: Side): number => places[side].filter(isRight(side)).length
  const confident = (side: Side): ConfidentTally => {
    const count = places[side].length
    const audited = audit[side]
    const precision = count > 0 ? rightOf(side) / count : Number.NaN
    return { count, precision, audit: wilsonEstimate(audited.filter(isRight(side)).length, audited.length) }
  }
  const marked = states.length - unknown.length
  const positives = truth.reduce((sum, y) => sum + y, 0)
  const markedPresent = states.reduce((sum, state) => sum + targetOf(state), 0)
  const labelsRight = marked + rightOf('present') + rightOf('absent')
  // If everything is marked, there is nothing left to accept.
  const decisions = unknown.length > 0 ? marked + 1 : marked
  return {
    ...{ round, decisions, labelsRight, saved: labelsRight - decisions },
    positivesKnown: (markedPresent + rightOf('present')) / positives,
    confident: { present: confident('present'), absent: confident('absent') },
  }

  function confidentOf(side: Side): number[] {
    return Array.from({ length: labels }, (_, label) => {
      const column = Int32Array.from({ length: states.length / labels }, (_, row) => row * labels + label)
      const p = Float32Array.from(column, (at) => probabilities[at])
      const y = Int8Array.from(column, (at) => states[at])
      return Array.from(confidentPlaces(p, y, side), (row) => column[row])
    }).flat()
  }
}

/** The number of decisions until this share of the positives was known, interpolated between rounds; NaN if it wasn't reached. */
export function decisionsTo(share: number, rounds: readonly RoundTally[]): number {
  const at = rounds.findIndex(({ positivesKnown }) => positivesKnown >= share)
  if (at <= 0) return rounds[at]?.decisions ?? Number.NaN
  const [before, after] = [rounds[at - 1], rounds[at]]
  const way = (share - before.positivesKnown) / (after.positivesKnown - before.positivesKnown)
  return before.decisions + way * (after.decisions - before.decisions)
}
