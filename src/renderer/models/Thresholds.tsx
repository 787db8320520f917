import { useId, useMemo, useState } from 'react'
import type { ModelCurves } from '../../contract/models.ts'
import { texts } from '../texts/index.ts'
import { nearestStep } from './nearestStep.ts'
import { Plot } from './Plot.tsx'

type Curve = NonNullable<ModelCurves['thresholds']>

/** The threshold that the application itself uses. */
const usual = 0.9

/** Precision against recall, with a threshold that can be dragged along the curve or moved with the slider's keys. */
export function Thresholds({ curve, undecided }: { curve: Curve; undecided: number }) {
  const steps = curve.recall.length - 1
  const [step, setStep] = useState(Math.round(usual * steps))
  const id = useId()
  const t = texts.models
  const path = useMemo(() => pathOf(curve), [curve])
  const [precision, recall, forward] = [curve.precision[step], curve.recall[step], curve.undecided[step]]
  const threshold = step / steps

  return (
    <figure aria-label={t.precisionRecall} className="m-0 flex min-w-0 flex-col gap-1">
      <h4 className="m-0 font-semibold">{t.precisionRecall}</h4>
      <Plot
        xTitle={t.recall}
        yTitle={t.precision}
        onPoint={(place, scales) => setStep(nearestStep(curve, place, scales))}
      >
        {({ x, y }) => (
          <>
            <polyline
              className="fill-none stroke-accent"
              strokeWidth={2}
              strokeLinejoin="round"
              points={path.map(([r, p]) => `${x(r)},${y(p)}`).join(' ')}
            />
            {precision !== null && (
              <>
                <path
                  className="fill-none stroke-muted"
                  strokeDasharray="2 3"
                  d={`M${x(0)},${y(precision)}H${x(recall)}V${y(0)}`}
                />
                <circle
                  className="fill-surface stroke-accent"
                  strokeWidth={3}
                  cx={x(recall)}
                  cy={y(precision)}
                  r={7}
                  data-threshold={threshold}
                />
              </>
            )}
          </>
        )}
      </Plot>
      <label htmlFor={id} className="flex items-center gap-3 pt-1">
        <span className="shrink-0 text-[13px] font-medium">{t.threshold}</span>
        <input
          id={id}
          type="range"
          min={0}
          max={steps}
          value={step}
          aria-valuetext={t.thresholdText(threshold, precision, recall, forward)}
          className="min-w-0 flex-1 accent-accent"
          onChange={({ target }) => setStep(Number(target.value))}
        />
        <span className="w-16 shrink-0 text-right font-semibold tabular-nums">{t.percent(threshold)}</span>
      </label>
      <dl className="m-0 grid grid-cols-3 gap-2 pt-1">
        <Figure name={t.precision} value={t.percent(precision)} />
        <Figure name={t.recall} value={t.percent(recall)} />
        <Figure name={t.putForward} value={forward.toLocaleString()} hint={t.ofUndecided(undecided)} />
      </dl>
    </figure>
  )
}

export function Figure({ name, value, hint }: { name: string; value: string; hint?: string }) {
  return (
    <div className="flex min-w-0 flex-col rounded-lg bg-sunken px-3 py-1.5">
      <dt className="truncate text-[13px] text-muted">{name}</dt>
      <dd className="m-0 flex flex-wrap items-baseline gap-x-2 text-base font-semibold tabular-nums">
        {value}
        {hint && <span className="text-[13px] font-normal text-muted">{hint}</span>}
      </dd>
    </div>
  )
}

/** From the highest threshold down, without points that repeat their neighbours. */
function pathOf({ precision, recall }: Curve): [recall: number, precision: number][] {
  const path: [number, number][] = []
  for (let step = recall.length - 1; step >= 0; step--) {
    const p = precision[step]
    const last = path.at(-1)
    if (p !== null && !(last && last[0] === recall[step] && last[1] === p)) path.push([recall[step], p])
  }
  return path
}
