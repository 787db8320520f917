import type { ModelCurves } from '../../contract/models.ts'
import { texts } from '../texts/index.ts'
import { Plot } from './Plot.tsx'

type Bin = NonNullable<ModelCurves['reliability']>[number]

/** Predicted against observed shares: on the diagonal, 80 of 100 suggestions of 80% are right. */
export function Reliability({ bins, error }: { bins: readonly Bin[]; error: number | null }) {
  const full = bins.filter(({ count }) => count > 0)
  const most = Math.max(1, ...bins.map(({ count }) => count))
  const t = texts.models
  return (
    <figure aria-label={t.reliability} className="m-0 flex min-w-0 flex-col gap-1">
      <h4 className="m-0 flex items-baseline justify-between gap-3 font-semibold">
        {t.reliability}
        <span className="text-[13px] font-normal text-muted tabular-nums">
          {error !== null && t.calibrationError(error)}
        </span>
      </h4>
      <Plot xTitle={t.predicted} yTitle={t.observed}>
        {({ x, y }) => (
          <>
            {full.map(({ from, to, count }) => (
              <rect
                key={from}
                className="fill-line"
                x={x(from) + 1}
                width={Math.max(0, x(to) - x(from) - 2)}
                y={y((count / most) * 0.3)}
                height={y(0) - y((count / most) * 0.3)}
              />
            ))}
            <line
              className="stroke-muted"
              strokeDasharray="4 4"
              x1={x(0)}
              y1={y(0)}
              x2={x(1)}
              y2={y(1)}
              strokeWidth={1}
            />
            {full.map(({ from, predicted, low, high }) => (
              <line
                key={from}
                className="stroke-accent opacity-50"
                strokeWidth={1.5}
                x1={x(predicted ?? 0)}
                x2={x(predicted ?? 0)}
                y1={y(low)}
                y2={y(high)}
              />
            ))}
            <polyline
              className="fill-none stroke-accent"
              strokeWidth={2}
              points={full.map(({ predicted, observed }) => `${x(predicted ?? 0)},${y(observed ?? 0)}`).join(' ')}
            />
            {full.map(({ from, predicted, observed }) => (
              <circle
                key={from}
                className="fill-accent stroke-surface"
                strokeWidth={1.5}
                cx={x(predicted ?? 0)}
                cy={y(observed ?? 0)}
                r={4.5}
              />
            ))}
          </>
        )}
      </Plot>
      <p className="m-0 text-[13px] text-muted">{t.reliabilityHint}</p>
      <table className="sr-only">
        <caption>{t.reliability}</caption>
        <thead>
          <tr>
            <th scope="col">{t.predicted}</th>
            <th scope="col">{t.observed}</th>
            <th scope="col">{t.pairs}</th>
          </tr>
        </thead>
        <tbody>
          {full.map(({ from, predicted, observed, count }) => (
            <tr key={from}>
              <th scope="row">{t.percent(predicted)}</th>
              <td>{t.percent(observed)}</td>
              <td>{count.toLocaleString()}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  )
}
