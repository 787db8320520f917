import type { Decisions, ProgressOverview } from '../../contract/progress.ts'

interface Counted {
  id: number
  presentCount: number
  absentCount: number
}

export interface Remaining {
  /** Of all images and labels. */
  pairs: number
  known: number
  unknown: number
  /** Of the unknown, those that are suggested confidently. */
  suggested: number
  /** Minutes for what nobody suggests, at the rate of this session; null while that is not known. */
  minutes: number | null
}

/** What is left to decide, and how long that would take. */
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

/** What was decided here, not imported. */
export const sumOf = ({ byHand, oneByOne, inBulk }: Decisions): number => byHand + oneByOne + inBulk

/** Decisions that nobody made one by one: of suggestions accepted in bulk, all but the strokes that took them over. */
export function savedBy({ inBulk, strokes }: ProgressOverview['total']): number {
  return Math.max(0, inBulk - strokes)
}

/** The midnight before, where the person is. */
export function dayBegan(now: Date): number {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime()
}
