import type { Decisions, ProgressOverview } from '../../contract/progress.ts'

interface Counted {
  id: number
  presentCount: number
  absentCount: number
}

export interface Remaining {
  /** Counted over all images and labels. */
  pairs: number
  known: number
  unknown: number
  /** Unknown pairs with a confident suggestion. */
  suggested: number
  /** Minutes for the pairs without one, at this session's rate; null while there is no rate. */
  minutes: number | null
}

/** What is left to decide, and how long it would take. */
export function remaining(
  images: number,
  labels: readonly Counted[],
  likely: readonly { present: number; absent: number }[],
  perMinute: number | null,
): Remaining {
  const pairs = images * labels.length
  const known = labels.reduce((sum, { presentCount, absentCount }) => sum + presentCount + absentCount, 0)
  const suggested = likely.reduce((sum, { present, absent }) => sum + present + absent, 0)
  const unknown = pairs - known
  const minutes = perMinute ? Math.max(0, unknown - suggested) / perMinute : null
  return { pairs, known, unknown, suggested, minutes }
}

/** Decisions made here, without imported ones. */
export const sumOf = ({ byHand, oneByOne, inBulk }: Decisions): number => byHand + oneByOne + inBulk

/** Decisions saved by accepting in bulk: all suggestions accepted that way, minus the actions it took. */
export function savedBy({ inBulk, strokes }: ProgressOverview['total']): number {
  return Math.max(0, inBulk - strokes)
}

/** The last local midnight. */
export function dayBegan(now: Date): number {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime()
}
