import { ChevronRight } from 'lucide-react'
import { type KeyboardEvent, useId, useState } from 'react'
import type { BulkLine } from '../../contract/bulk.ts'
import type { Label } from '../../contract/schemas.ts'
import { useLabels } from '../state/queries.ts'
import { texts } from '../texts/index.ts'
import { Name } from '../ui/Name.tsx'
import { Dot, StateIcon } from '../ui/StateIcon.tsx'
import { lineKey } from './lines.ts'
import { type Corrections, Sample } from './Sample.tsx'

const words = texts.bulk
const head = 'sticky top-0 z-10 border-b border-line bg-raised py-1.5 pr-4 font-medium'
const cell = 'border-b border-line py-1 pr-4'
const steps: Record<string, (at: number, count: number) => number> = {
  ArrowDown: (at, count) => Math.min(at + 1, count - 1),
  ArrowUp: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_, count) => count - 1,
}

/**
 * What would be accepted for each label, with its bounds; a line opens to a sample that should be checked. All lines together are one
 * tab stop, with arrow keys between them, because there can be hundreds.
 */
export function Plan({
  lines,
  token,
  corrections,
}: {
  lines: readonly BulkLine[]
  /** Null while another plan is being made. */
  token: string | null
  corrections: Corrections
}) {
  const labels = new Map(useLabels().map((label) => [label.id, label]))
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const [stop, setStop] = useState<string | null>(null)
  const keys = lines.map(lineKey)
  const tabStop = stop !== null && keys.includes(stop) ? stop : keys[0]
  const hasAbsent = lines.some(({ side }) => side === 'absent')
  const columns = ['label', 'side', 'count', 'right', ...(hasAbsent ? (['lost'] as const) : []), 'heldOut'] as const

  const toggle = (key: string): void => {
    const next = new Set(open)
    if (!next.delete(key)) next.add(key)
    setOpen(next)
  }
  const goOn = (event: KeyboardEvent<HTMLElement>): void => {
    const step = steps[event.key]
    if (!step || !(event.target instanceof HTMLElement) || !event.target.matches('[data-line]')) return
    event.preventDefault()
    const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-line]')]
    buttons[step(buttons.indexOf(event.target), buttons.length)]?.focus()
  }

  return (
    <table aria-label={words.plan} className="w-full border-separate border-spacing-0 tabular-nums">
      <thead>
        <tr className="text-left text-[13px] text-muted">
          {columns.map((column) => (
            <th key={column} scope="col" className={`${head} ${isNumber(column) ? 'text-right' : ''}`}>
              {words.columns[column]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody onKeyDown={goOn}>
        {lines.map((line) => (
          <Line
            key={lineKey(line)}
            line={line}
            label={labels.get(line.labelId)}
            columns={columns}
            isOpen={open.has(lineKey(line))}
            isTabStop={lineKey(line) === tabStop}
            onFocus={() => setStop(lineKey(line))}
            onToggle={() => toggle(lineKey(line))}
            token={token}
            corrections={corrections}
          />
        ))}
      </tbody>
    </table>
  )
}

type Column = keyof typeof words.columns
const isNumber = (column: Column): boolean => column !== 'label' && column !== 'side'

function Line({
  line,
  label,
  columns,
  isOpen,
  isTabStop,
  onFocus,
  onToggle,
  token,
  corrections,
}: {
  line: BulkLine
  label: Label | undefined
  columns: readonly Column[]
  isOpen: boolean
  isTabStop: boolean
  onFocus: () => void
  onToggle: () => void
  token: string | null
  corrections: Corrections
}) {
  const sampleId = useId()
  const name = label?.name ?? ''
  const { labelId, side, count, suggested, precision, lost, heldOut } = line
  const shown: Record<Exclude<Column, 'label' | 'side'>, string> = {
    count: words.of(count, suggested),
    right: precision === null ? '–' : words.right(precision),
    lost: lost ? words.lost(lost) : '–',
    heldOut: words.heldOut(heldOut),
  }
  return (
    <>
      <tr>
        <th scope="row" className={`${cell} max-w-60 text-left font-normal`}>
          <button
            type="button"
            data-line
            aria-expanded={isOpen}
            aria-controls={isOpen ? sampleId : undefined}
            tabIndex={isTabStop ? 0 : -1}
            onFocus={onFocus}
            onClick={onToggle}
            // So that the sticky header doesn't cover a line reached by arrow key.
            className="flex max-w-full scroll-mt-16 items-center gap-2 rounded-md py-1 pr-2 hover:bg-sunken"
          >
            <ChevronRight size={14} aria-hidden className={`shrink-0 text-muted ${isOpen ? 'rotate-90' : ''}`} />
            <Dot colour={label?.colour ?? 'transparent'} />
            <Name title={name}>{name}</Name>
          </button>
        </th>
        <td className={cell}>
          <span className="flex items-center gap-1.5">
            <StateIcon state={side} size={12} /> {texts.states[side]}
          </span>
        </td>
        {columns.map(
          (column) =>
            column !== 'label' &&
            column !== 'side' && (
              <td
                key={column}
                className={`${cell} text-right whitespace-nowrap ${column === 'heldOut' ? 'text-muted' : ''}`}
              >
                {shown[column]}
              </td>
            ),
        )}
      </tr>
      {isOpen && (
        <tr>
          <td id={sampleId} colSpan={columns.length} className="border-b border-line py-3 pl-6">
            <Sample label={name} line={{ labelId, side }} token={token} corrections={corrections} />
          </td>
        </tr>
      )}
    </>
  )
}
