import { type Side, State, targetOf } from '../../domain/state.ts'
import { type Estimate, wilsonEstimate } from '../../suggestions/audit.ts'
import { confidentPlaces } from '../../suggestions/confident.ts'
import type { Asked } from './simulateOrders.ts'

/** How the confident suggestions of one side do. */
export interface ConfidentTally {
  count: number
  /** Of them, as the truth has it; NaN of none. */
  precision: number
  /** Of the likely ones, as the audit slice has it that was asked after this training. */
  audit: Estimate
}

/** One round: what is known after its training. */
export interface RoundTally {
  round: number
  /** Marks made so far, and one more action: accepting all confident suggestions. */
  decisions: number
  /** Pairs that are marked, or suggested confidently and right. */
  labelsRight: number
  /** Those of them that are present, as a share of all that are. */
  positivesKnown: number
  /** `labelsRight - decisions`: what marking the same labels one by one would have taken more. */
  saved: number
  confident: Record<Side, ConfidentTally>
}

/**
 * What an annotator would know who stopped here and accepted all confident suggestions.
 * @param truth 1 present, 0 absent, N×C
 * @param states marks so far, all as the truth has them, N×C
 * @param probabilities N×C; NaN where no model says anything
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
  // Where everything is marked there is nothing left to accept.
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

/** How many decisions it took to know this share of the positives, interpolated between rounds; NaN if it was not reached. */
export function decisionsTo(share: number, rounds: readonly RoundTally[]): number {
  const at = rounds.findIndex(({ positivesKnown }) => positivesKnown >= share)
  if (at <= 0) return rounds[at]?.decisions ?? Number.NaN
  const [before, after] = [rounds[at - 1], rounds[at]]
  const way = (share - before.positivesKnown) / (after.positivesKnown - before.positivesKnown)
  return before.decisions + way * (after.decisions - before.decisions)
}
