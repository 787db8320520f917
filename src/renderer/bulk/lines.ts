import type { BulkLine } from '../../contract/bulk.ts'

export const lineKey = ({ labelId, side }: Pick<BulkLine, 'labelId' | 'side'>): string => `${labelId} ${side}`

export type RefusedLine = BulkLine & { refusal: NonNullable<BulkLine['refusal']> }

/** What would be accepted, the most first. */
export function offeredOf(lines: readonly BulkLine[]): BulkLine[] {
  return lines.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count || b.suggested - a.suggested)
}

/** What is suggested and still not offered: first what the fewest further marks would change. */
export function refusedOf(lines: readonly BulkLine[]): RefusedLine[] {
  const more = ({ refusal }: RefusedLine): number => refusal.more ?? Number.POSITIVE_INFINITY
  return lines
    .filter((line): line is RefusedLine => line.refusal !== null && line.refusal.reason !== 'nothing')
    .sort((a, b) => (more(a) === more(b) ? b.suggested - a.suggested : more(a) - more(b)))
}

/** Why nothing at all is offered: nothing is `suggested`, too little is `known`, or what is known says that it is `unsure`. */
export function whyNothing(lines: readonly BulkLine[]): 'suggested' | 'known' | 'unsure' {
  const refused = refusedOf(lines)
  if (refused.length === 0) return 'suggested'
  const few = refused.filter(({ refusal: { reason } }) => reason === 'few-known' || reason === 'few-positives')
  return 2 * few.length >= refused.length ? 'known' : 'unsure'
}
