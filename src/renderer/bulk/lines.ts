import type { BulkLine } from '../../contract/bulk.ts'

export const lineKey = ({ labelId, side }: Pick<BulkLine, 'labelId' | 'side'>): string => `${labelId} ${side}`

export type RefusedLine = BulkLine & { refusal: NonNullable<BulkLine['refusal']> }

/** What would be accepted, largest first. */
export function offeredOf(lines: readonly BulkLine[]): BulkLine[] {
  return lines.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count || b.suggested - a.suggested)
}

/** Suggestions that aren't offered; those that need the fewest further marks come first. */
export function refusedOf(lines: readonly BulkLine[]): RefusedLine[] {
  const more = ({ refusal }: RefusedLine): number => refusal.more ?? Number.POSITIVE_INFINITY
  return lines
    .filter((line): line is RefusedLine => line.refusal !== null && line.refusal.reason !== 'nothing')
    .sort((a, b) => (more(a) === more(b) ? b.suggested - a.suggested : more(a) - more(b)))
}

/** Why nothing at all is offered: nothing is `suggested`, too little is `known`, or by what is known the model is too `unsure`. */
export function whyNothing(lines: readonly BulkLine[]): 'suggested' | 'known' | 'unsure' {
  const refused = refusedOf(lines)
  if (refused.length === 0) return 'suggested'
  const few = refused.filter(({ refusal: { reason } }) => reason === 'few-known' || reason === 'few-positives')
  return 2 * few.length >= refused.length ? 'known' : 'unsure'
}
