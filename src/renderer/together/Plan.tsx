import type { BulkLine } from '../../preload/bulkSchemas.ts'
import { useLabels } from '../state/queries.ts'
import { texts } from '../texts.ts'
import { Name } from '../ui/Name.tsx'
import { ScrollRegion } from '../ui/ScrollRegion.tsx'
import { Dot, StateIcon } from '../ui/StateIcon.tsx'

const words = texts.together
const head = 'sticky top-0 border-b border-line bg-raised px-3 py-1.5 font-medium'
const cell = 'border-b border-line px-3 py-1.5'

/** Label by label: how many, how sure, and on what the estimate stands. */
export function Plan({ lines }: { lines: readonly BulkLine[] }) {
  const labels = new Map(useLabels().map((label) => [label.id, label]))
  const sorted = lines.toSorted((a, b) => b.count - a.count || b.suggested - a.suggested)
  return (
    <ScrollRegion label={words.plan} className="max-h-56 rounded-lg border border-line">
      <table className="w-full border-separate border-spacing-0 tabular-nums">
        <thead>
          <tr className="text-left text-[13px] text-muted">
            <th scope="col" className={head}>
              {words.columns.label}
            </th>
            <th scope="col" className={head}>
              {words.columns.side}
            </th>
            <th scope="col" className={`${head} text-right`}>
              {words.columns.count}
            </th>
            <th scope="col" className={`${head} text-right`}>
              {words.columns.from}
            </th>
            <th scope="col" className={`${head} text-right`}>
              {words.columns.errors}
            </th>
            <th scope="col" className={head}>
              {words.columns.triedOn}
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.map(({ labelId, side, count, suggested, from, expectedErrors, triedOn, known }) => {
            const label = labels.get(labelId)
            return (
              <tr key={`${labelId} ${side}`} className={count === 0 ? 'text-muted' : ''}>
                <th scope="row" className={`${cell} max-w-48 text-left font-normal`}>
                  <span className="flex items-center gap-2">
                    <Dot colour={label?.colour ?? 'transparent'} />
                    <Name title={label?.name}>{label?.name ?? ''}</Name>
                  </span>
                </th>
                <td className={cell}>
                  <span className="flex items-center gap-1.5">
                    <StateIcon state={side} size={12} /> {texts.states[side]}
                  </span>
                </td>
                <td className={`${cell} text-right whitespace-nowrap`}>{words.of(count, suggested)}</td>
                <td className={`${cell} text-right`}>{from === null ? '–' : texts.image.probability(from)}</td>
                <td className={`${cell} text-right`}>{count === 0 ? '–' : words.errors(expectedErrors)}</td>
                <td className={`${cell} text-[13px] text-muted`}>{words.triedOn[triedOn](known)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
