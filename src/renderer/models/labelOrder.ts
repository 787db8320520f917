import type { ModelReport } from '../../contract/models.ts'

export type LabelFigures = ModelReport['labels'][number] & { name: string }
export type LabelColumn = 'name' | 'present' | 'absent' | 'averagePrecision' | 'change'

/** The known images that the table shows: those it was measured on, or the current ones if it wasn't learnt. */
export const shownCounts = ({ learnt, present, absent, known }: LabelFigures): { present: number; absent: number } =>
  learnt ? { present, absent } : known

export const changeOf = ({ change }: LabelFigures): number | null => change && change.after - change.before

/** Sorts by a column. Unmeasured labels come last in either direction; ties keep the order of the labels. */
export function inOrder(
  labels: readonly LabelFigures[],
  column: LabelColumn,
  descending: boolean,
): readonly LabelFigures[] {
  const directed = (order: number): number => (descending ? -order : order)
  if (column === 'name') return labels.toSorted((a, b) => directed(a.name.localeCompare(b.name)))
  const figureOf = (label: LabelFigures) => {
    if (column === 'change') return changeOf(label)
    return column === 'averagePrecision' ? label.averagePrecision : shownCounts(label)[column]
  }
  return labels.toSorted((a, b) => {
    const [one, other] = [figureOf(a), figureOf(b)]
    if (one === null || other === null) return Number(one === null) - Number(other === null)
    return directed(one - other)
  })
}
