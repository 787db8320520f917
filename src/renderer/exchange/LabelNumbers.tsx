import type { ReactNode } from 'react'
import { texts } from '../texts/index.ts'
import { Name } from '../ui/Name.tsx'
import { ScrollRegion } from '../ui/ScrollRegion.tsx'

export interface LabelLine {
  name: string
  /** Shown after the name. */
  mark?: ReactNode
  numbers: readonly string[]
}

const cell = 'px-3 py-1 font-normal tabular-nums'

/** A table of numbers by label; the row of totals stays in view. */
export function LabelNumbers({
  title,
  heads,
  lines,
  all,
}: {
  title: string
  heads: readonly string[]
  lines: readonly LabelLine[]
  all?: LabelLine
}) {
  return (
    <ScrollRegion label={title} className="max-h-60 rounded-md border border-line">
      <table className="w-full border-collapse">
        <thead className="sticky top-0 bg-sunken text-muted">
          <tr>
            <th scope="col" className={`${cell} text-left`}>
              {texts.exchange.label}
            </th>
            {heads.map((head) => (
              <th key={head} scope="col" className={`${cell} text-right`}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <Line key={line.name} heads={heads} line={line} className="border-t border-line" />
          ))}
        </tbody>
        {all && (
          <tfoot className="sticky bottom-0 bg-sunken">
            <Line heads={heads} line={all} />
          </tfoot>
        )}
      </table>
    </ScrollRegion>
  )
}

function Line({
  heads,
  line: { name, mark, numbers },
  className,
}: {
  heads: readonly string[]
  line: LabelLine
  className?: string
}) {
  return (
    <tr className={className}>
      <th scope="row" className={`${cell} max-w-72 text-left`}>
        <span className="flex items-center">
          <Name title={name}>{name}</Name>
          {mark}
        </span>
      </th>
      {numbers.map((number, i) => (
        <td key={heads[i]} className={`${cell} text-right`}>
          {number}
        </td>
      ))}
    </tr>
  )
}
