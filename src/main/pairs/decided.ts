import type { DecisionColumns, Origin } from '../domain/decision.ts'
import type { ImageFilter } from './query.ts'

type Decided = NonNullable<ImageFilter['decided']>
type LabelConditions = NonNullable<ImageFilter['labels']>

/**
 * The images whose labels were decided in this way: all those that `labels` wants known, in the wanted state; if it names none, at
 * least one label.
 */
export function decidedImages(
  decisions: DecisionColumns,
  decided: Decided,
  labels: LabelConditions = [],
): (imageId: number) => boolean {
  const wanted = labels.filter(({ is }) => is !== 'unknown' && is !== 'suggested')
  const from = decided.since === undefined ? Number.NEGATIVE_INFINITY : startOf(decided.since)
  const end = decided.until === undefined ? Number.POSITIVE_INFINITY : startOf(decided.until, 1)
  const isFrom = Uint8Array.from(decisions.origins, (origin) => (isOf(origin, decided) ? 1 : 0))
  const { starts, ends, signedLabels, originAt, times } = decisions
  const living = decisions.livingLabels()
  const isSo = (at: number): boolean => isFrom[originAt[at]] === 1 && times[at] >= from && times[at] < end
  const isWanted = (signed: number, { labelId, is }: LabelConditions[number]): boolean =>
    (is !== 'absent' && signed === labelId) || (is !== 'present' && signed === -labelId)
  return (imageId) => {
    const [first, last] = [starts[imageId] ?? 0, ends[imageId] ?? 0]
    if (wanted.length === 0) {
      for (let at = first; at < last; at++) if (isSo(at) && living[Math.abs(signedLabels[at])] === 1) return true
      return false
    }
    return wanted.every((condition) => {
      for (let at = first; at < last; at++) if (isWanted(signedLabels[at], condition)) return isSo(at)
      return false
    })
  }
}

function isOf({ source, annotator }: Origin, { by, who }: Decided): boolean {
  return (by === undefined || by.includes(source)) && (who === undefined || annotator === who)
}

/** The start of a day in the local time zone, in milliseconds since 1970. @param later days to add */
function startOf(date: string, later = 0): number {
  const [year, month, day] = date.split('-').map(Number)
  return new Date(year, month - 1, day + later).getTime()
}
