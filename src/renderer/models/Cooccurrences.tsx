import { type KeyboardEvent, useMemo, useState } from 'react'
import { type HeatMeasure, heatCell, heatColour } from '../../contract/heat.ts'
import type { Cooccurrence } from '../../contract/models.ts'
import type { Label } from '../../contract/schemas.ts'
import { useRemembered } from '../state/remembered.ts'
import { texts } from '../texts/index.ts'
import { Choice } from '../ui/Choice.tsx'
import { Name } from '../ui/Name.tsx'
import { ScrollRegion } from '../ui/ScrollRegion.tsx'

const steps: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

/** Up to this many labels, the cells have room for numbers. */
const mostWithFigures = 18

/**
 * Which labels occur together, as a table with coloured cells: a heat map to the eye, a table to screen readers. The pointer or the
 * arrow keys select a cell, which is described in words.
 */
export function Cooccurrences({ matrix, labels }: { matrix: Cooccurrence; labels: readonly Label[] }) {
  const [measure, setMeasure] = useRemembered<HeatMeasure>('models.measure', 'lift')
  const [[row, column], setPlace] = useState<[number, number]>([0, 1])
  const t = texts.models
  const names = useMemo(() => {
    const all = new Map(labels.map(({ id, name }) => [id, name]))
    return matrix.labelIds.map((id) => all.get(id) ?? '')
  }, [matrix, labels])
  const n = names.length
  if (n < 2) return <p className="m-0 text-muted">{t.noCooccurrence}</p>
  const hasFigures = n <= mostWithFigures
  const size = hasFigures ? 44 : 20
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = steps[event.key]
    if (!step) return
    event.preventDefault()
    setPlace(([r, c]) => [clamp(r + step[0], n), clamp(c + step[1], n)])
  }
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-end justify-between gap-x-8 gap-y-2">
        <Choice
          legend={t.measure}
          inLine
          value={measure}
          options={(['lift', 'conditional'] as const).map((value) => ({ value, label: t.measures[value] }))}
          onChange={setMeasure}
        />
        <p role="status" className="m-0 min-h-5 text-[13px]">
          {sentence(matrix, names, row, column, measure)}
        </p>
      </div>
      <ScrollRegion label={t.cooccurrence} onKeyDown={onKeyDown} className="pb-1">
        <table className="border-separate border-spacing-px text-xs tabular-nums">
          <thead>
            <tr>
              <td />
              {names.map((name, b) => (
                <th
                  key={matrix.labelIds[b]}
                  scope="col"
                  className={`p-0 pb-1 align-bottom font-normal ${b === column ? 'font-semibold text-text' : 'text-muted'}`}
                  style={{ width: size, minWidth: size }}
                >
                  <span className="inline-block max-h-24 rotate-180 truncate [writing-mode:vertical-rl]" title={name}>
                    <bdi>{name}</bdi>
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {names.map((name, a) => (
              <tr key={matrix.labelIds[a]}>
                <th
                  scope="row"
                  title={name}
                  className={`max-w-40 p-0 pr-2 font-normal ${a === row ? 'font-semibold text-text' : 'text-muted'}`}
                >
                  <Name className="text-right!">{name}</Name>
                </th>
                {names.map((_, b) => (
                  <Cell
                    key={matrix.labelIds[b]}
                    {...heatCell(matrix, a, b, measure)}
                    measure={measure}
                    size={size}
                    isSame={a === b}
                    isChosen={a === row && b === column}
                    hasFigure={hasFigures}
                    onChoose={() => setPlace([a, b])}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      <p className="m-0 text-[13px] text-muted">
        {t.cooccurrenceHint} {matrix.labels > n && t.commonest(n)}
      </p>
    </div>
  )
}

function Cell({
  value,
  measure,
  size,
  isSame,
  isChosen,
  hasFigure,
  onChoose,
}: {
  value: number | null
  measure: HeatMeasure
  size: number
  isSame: boolean
  isChosen: boolean
  hasFigure: boolean
  onChoose: () => void
}) {
  const colour = heatColour(value, measure)
  const text = value === null ? '' : measure === 'lift' ? texts.models.lift(value) : texts.models.percent(value)
  return (
    <td
      onPointerEnter={onChoose}
      className={`rounded-xs p-0 text-center ${isSame ? 'bg-line' : 'bg-canvas'} ${isChosen ? 'outline-2 -outline-offset-1 outline-accent' : ''}`}
      style={{
        height: hasFigure ? 30 : size,
        backgroundColor: colour
          ? `color-mix(in oklab, var(--${colour.together ? 'accent' : 'absent'}) ${(colour.share * 100).toFixed(1)}%, var(--surface))`
          : undefined,
      }}
    >
      {text ? (
        <span className={hasFigure ? '' : 'sr-only'}>{text}</span>
      ) : (
        !isSame && <span className="sr-only">{texts.models.notMeasured}</span>
      )}
    </td>
  )
}

function sentence(matrix: Cooccurrence, names: readonly string[], a: number, b: number, measure: HeatMeasure): string {
  const t = texts.models
  if (a === b) return t.sameLabel(names[a])
  const cell = heatCell(matrix, a, b, measure)
  const { value, known, both } = cell
  if (value === null) return t.tooFewTogether(names[a], names[b], cell)
  return measure === 'lift'
    ? t.liftSentence(names[a], names[b], value, both, known)
    : t.conditionalSentence(names[a], names[b], value, both, known)
}

const clamp = (place: number, n: number): number => Math.min(n - 1, Math.max(0, place))
