import type { ReportModel } from './content.ts'
import { type Html, html } from './html.ts'

/** Plots as inline SVG: a square, with margins for the axes. */
const [left, top, side] = [34, 6, 260]
const x = (share: number): string => (left + side * share).toFixed(1)
const y = (share: number): string => (top + side * (1 - share)).toFixed(1)
const ticks = [0, 0.25, 0.5, 0.75, 1]

function plot(title: string, across: string, up: string, inside: Html): Html {
  return html`<svg class="plot" viewBox="0 0 306 308" role="img" aria-label="${title}">
${ticks.map(
  (tick) => html`<line class="grid" x1="${x(tick)}" x2="${x(tick)}" y1="${y(0)}" y2="${y(1)}"/>
<line class="grid" x1="${x(0)}" x2="${x(1)}" y1="${y(tick)}" y2="${y(tick)}"/>
<text x="${x(tick)}" y="${top + side + 14}" text-anchor="middle">${100 * tick}</text>
<text x="${left - 6}" y="${Number(y(tick)) + 4}" text-anchor="end">${100 * tick}</text>
`,
)}<text x="${x(0.5)}" y="${top + side + 32}" text-anchor="middle">${across}</text>
<text transform="translate(9 ${y(0.5)}) rotate(-90)" text-anchor="middle">${up}</text>
${inside}</svg>`
}

/** Predicted against observed probability: on the dashed line, the model is perfectly calibrated. */
export function reliabilityPlot(bins: NonNullable<ReportModel['reliability']>): Html {
  const filled = bins.flatMap(({ predicted, observed, low, high, count }) =>
    predicted === null || observed === null ? [] : [{ predicted, observed, low, high, count }],
  )
  const most = Math.max(1, ...filled.map(({ count }) => count))
  const line = filled.map(({ predicted, observed }) => `${x(predicted)},${y(observed)}`).join(' ')
  return plot(
    'Reliability: predicted and observed shares',
    'Predicted, %',
    'Observed present, %',
    html`${filled.map(
      ({ predicted, count }) =>
        html`<rect class="bar" x="${Number(x(predicted)) - 6}" width="12" y="${y((0.25 * count) / most)}" height="${((side * 0.25 * count) / most).toFixed(1)}"/>
`,
    )}<line class="ideal" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}"/>
${filled.map(
  ({ predicted, low, high }) =>
    html`<line class="whisker" x1="${x(predicted)}" x2="${x(predicted)}" y1="${y(low)}" y2="${y(high)}"/>
`,
)}<polyline class="curve" points="${line}"/>
${filled.map(
  ({ predicted, observed, count }) =>
    html`<circle class="dot" cx="${x(predicted)}" cy="${y(observed)}" r="3.5"><title>said ${percent(predicted)}, so ${percent(observed)}: ${count} pairs</title></circle>
`,
)}`,
  )
}

/** More points than pixels would be wasted. */
const maxPoints = 240

export function precisionRecallPlot(points: NonNullable<ReportModel['precisionRecall']>): Html {
  const measured = points.filter(({ precision }) => precision !== null)
  const every = Math.max(1, Math.floor(measured.length / maxPoints))
  const some = measured.filter((_, i) => i % every === 0 || i === measured.length - 1)
  return plot(
    'Precision and recall by threshold',
    'Recall, %',
    'Precision, %',
    html`<polyline class="curve" points="${some.map(({ precision, recall }) => `${x(recall)},${y(precision!)}`).join(' ')}"/>`,
  )
}

export const percent = (share: number | null, digits = 1): string =>
  share === null ? '–' : `${(100 * share).toFixed(digits)}%`
