import { ArrowDown, ArrowUp } from 'lucide-react'
import type { ModelReport } from '../../contract/models.ts'
import { useRemembered } from '../state/remembered.ts'
import { texts } from '../texts/index.ts'
import { Name } from '../ui/Name.tsx'
import { ScrollRegion } from '../ui/ScrollRegion.tsx'
import { changeOf, inOrder, type LabelColumn, type LabelFigures, shownCounts } from './labelOrder.ts'

const columns: readonly LabelColumn[] = ['name', 'present', 'absent', 'averagePrecision', 'change']

/** Each label's average precision and number of known images, weakest first. A click shows its curves. */
export function LabelTable({
  report,
  labels,
  shown,
  onShow,
}: {
  report: ModelReport
  labels: readonly LabelFigures[]
  shown: number | null
  onShow: (labelId: number) => void
}) {
  const [sort, setSort] = useRemembered<{ by: LabelColumn; descending: boolean }>('models.order', {
    by: 'averagePrecision',
    descending: false,
  })
  const t = texts.models
  const sortBy = (by: LabelColumn): void =>
    setSort({ by, descending: sort.by === by ? !sort.descending : by !== 'name' && by !== 'averagePrecision' })
  const Arrow = sort.descending ? ArrowDown : ArrowUp
  return (
    <ScrollRegion label={t.byLabel} className="max-h-104 rounded-lg border border-line">
      <table className="w-full border-separate border-spacing-0 tabular-nums">
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column}
                scope="col"
                aria-sort={sort.by === column ? (sort.descending ? 'descending' : 'ascending') : undefined}
                className={`sticky top-0 z-10 border-b border-line bg-surface p-0 font-medium text-muted ${column === 'name' ? 'text-left' : 'text-right'}`}
              >
                <button
                  type="button"
                  title={t.columnHints[column]}
                  onClick={() => sortBy(column)}
                  className={`flex h-9 w-full items-center gap-1 px-3 whitespace-nowrap hover:text-text ${column === 'name' ? '' : 'justify-end'}`}
                >
                  {column === 'name' && t.columns[column]}
                  {sort.by === column && <Arrow size={13} aria-hidden />}
                  {column !== 'name' && t.columns[column]}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {inOrder(labels, sort.by, sort.descending).map((label) => (
            <Row
              key={label.labelId}
              label={label}
              least={report.least}
              isShown={label.labelId === shown}
              onShow={() => onShow(label.labelId)}
            />
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

function Row({
  label,
  least,
  isShown,
  onShow,
}: {
  label: LabelFigures
  least: number
  isShown: boolean
  onShow: () => void
}) {
  const t = texts.models
  const ap = label.averagePrecision
  const change = changeOf(label)
  const shown = shownCounts(label)
  const cell = 'border-b border-line px-3 py-1.5 text-right'
  return (
    <tr className={isShown ? 'bg-accent-soft' : 'hover:bg-canvas'}>
      <th scope="row" className="max-w-56 border-b border-line p-0 text-left font-normal">
        <button
          type="button"
          aria-pressed={isShown}
          onClick={onShow}
          title={t.showCurves(label.name)}
          className="block h-8 w-full px-3 text-left"
        >
          <Name>{label.name}</Name>
        </button>
      </th>
      <td className={`${cell} text-present`}>{shown.present.toLocaleString()}</td>
      <td className={`${cell} text-absent`}>{shown.absent.toLocaleString()}</td>
      {ap === null ? (
        <td colSpan={2} className={`${cell} text-muted`}>
          {whyNotMeasured(label, least)}
        </td>
      ) : (
        <>
          <td className={cell}>
            <span className="inline-flex items-center gap-2">
              <span aria-hidden className="hidden h-1.5 w-20 overflow-hidden rounded-full bg-sunken sm:block">
                <span className="block h-full rounded-full bg-accent" style={{ width: `${ap * 100}%` }} />
              </span>
              <span className="w-14">{t.percent(ap)}</span>
            </span>
          </td>
          <td className={cell}>
            <Change points={change} />
          </td>
        </>
      )}
    </tr>
  )
}

/** Why a label has no figure, and what would help. */
export function whyNotMeasured({ learnt, present, absent, known }: LabelFigures, least: number): string {
  if (learnt) return texts.models.tooFew(present, absent, least)
  return texts.models.notLearnt(Math.max(0, least - known.present), Math.max(0, least - known.absent))
}

/** A signed difference in points. */
export function Change({ points }: { points: number | null }) {
  if (points === null) return <span className="text-muted">{texts.models.noChange}</span>
  const isNone = Math.abs(points) < 0.0005
  const colour = isNone ? 'text-muted' : points > 0 ? 'text-present' : 'text-absent'
  return <span className={`tabular-nums ${colour}`}>{texts.models.points(points)}</span>
}
