import type { ReportContent, ReportCooccurrence, ReportLabel, ReportModel, ReportPicture } from './content.ts'
import { Html, html } from './html.ts'
import { percent, precisionRecallPlot, reliabilityPlot } from './plots.ts'
import { style } from './style.ts'

/**
 * The whole report as one page. It has no scripts and loads nothing, and its content security policy forbids both. All names in it
 * are escaped.
 */
export function reportPage(content: ReportContent): string {
  const { project, writtenAt, version, images, labels, pairs, cooccurrence, model } = content
  const page = html`<!doctype html>
<html lang="en" translate="no">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${project} – report</title>
<style>${new Html(style)}</style>
</head>
<body>
<main>
<header>
<h1>${project}</h1>
<p class="muted">Written ${writtenAt} by Surmise ${version}.${model && html` Model: ${model.facts}.`}</p>
<dl class="figures">
${figure('Images', counted(images.total), images.broken + images.missing > 0 ? `${counted(images.broken)} unreadable, ${counted(images.missing)} missing` : '')}
${figure('Labels', counted(labels.length))}
${figure('Present', counted(pairs.present))}
${figure('Absent', counted(pairs.absent))}
${figure('Unknown', counted(pairs.unknown), share(pairs.unknown, pairs.present + pairs.absent + pairs.unknown))}
${model && figure('Held-out mAP', percent(model.mAP), 'mean average precision')}
${model && figure('Calibration error', percent(model.calibrationError), 'lower is better')}
</dl>
</header>
${labelSection(labels, model !== null)}
${cooccurrenceSection(cooccurrence)}
${model ? modelSections(model) : html`<section><h2>Model</h2><p>No model has been trained yet, so there are no suggestions and nothing to measure.</p></section>`}
<footer class="muted">Every pair of image and label is present, absent or unknown; unknown never counts as absent. Quality is measured on known labels that the model hadn’t seen in training.</footer>
</main>
</body>
</html>
`
  return page.text
}

function figure(name: string, value: string, more = ''): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd>${more !== '' && html`<dd class="more">${more}</dd>`}</div>`
}

function labelSection(labels: readonly ReportLabel[], hasModel: boolean): Html {
  if (labels.length === 0) return html`<section><h2>Labels</h2><p>The project has no labels yet.</p></section>`
  return html`<section>
<h2>Labels</h2>
<p class="muted"><span class="key"><i class="p"></i>present</span><span class="key"><i class="a"></i>absent</span><span class="key"><i class="u"></i>unknown</span></p>
<div class="scroll"><table>
<thead><tr><th scope="col">Label</th><th scope="col" class="left">Balance</th><th scope="col">Present</th><th scope="col">Absent</th><th scope="col">Unknown</th>${hasModel && html`<th scope="col">Average precision</th><th scope="col">Confident suggestions</th>`}</tr></thead>
<tbody>
${labels.map((label) => labelRow(label, hasModel))}</tbody>
</table></div>
</section>`
}

function labelRow(label: ReportLabel, hasModel: boolean): Html {
  const { name, colour, present, absent, unknown, averagePrecision, likely } = label
  const total = Math.max(1, present + absent + unknown)
  const width = (part: number): string => `${((100 * part) / total).toFixed(2)}%`
  const dot = /^#[0-9a-f]{6}$/i.test(colour) ? colour : 'transparent'
  return html`<tr><th scope="row"><i class="swatch" style="background:${dot}"></i>${name}</th>
<td><div class="balance" role="img" aria-label="${share(present, total)} present, ${share(absent, total)} absent"><i class="p" style="width:${width(present)}"></i><i class="a" style="width:${width(absent)}"></i></div></td>
<td>${counted(present)}</td><td>${counted(absent)}</td><td>${counted(unknown)}</td>${
    hasModel &&
    html`<td>${percent(averagePrecision)}</td><td>${likely ? `${counted(likely.present)} present, ${counted(likely.absent)} absent` : 'not learnt'}</td>`
  }</tr>
`
}

function cooccurrenceSection({ names, labels, cells }: ReportCooccurrence): Html {
  if (names.length < 2) return html``
  const n = names.length
  return html`<section>
<h2>Labels that occur together</h2>
<p class="muted">How much more often two labels appear together than chance would have it (1 = chance), over the images where both are known. Blank cells: too few images to tell.${
    labels > n && html` Showing the ${n} most common of ${labels} labels.`
  }</p>
<div class="scroll"><table class="heat">
<thead><tr><td></td>${names.map((name) => html`<th scope="col" title="${name}"><span>${name}</span></th>`)}</tr></thead>
<tbody>
${names.map(
  (
    row,
    a,
  ) => html`<tr><th scope="row" title="${row}">${row}</th>${names.map((column, b) => heatCell(row, column, a === b, cells[a * n + b]))}</tr>
`,
)}</tbody>
</table></div>
</section>`
}

function heatCell(row: string, column: string, isSelf: boolean, cell: ReportCooccurrence['cells'][number]): Html {
  if (isSelf) return html`<td style="background:var(--sunken)"></td>`
  if (!cell) return html`<td></td>`
  const colour = cell.together ? 'var(--accent)' : 'var(--apart)'
  const shade = `color-mix(in srgb, ${colour} ${Math.round(100 * cell.share)}%, transparent)`
  return html`<td style="background:${shade}" title="${row}, ${column}">${lift(cell.value)}</td>`
}

function modelSections(model: ReportModel): Html {
  const { heldOut, reliability, precisionRecall, mistakes, suggestions } = model
  return html`<section>
<h2>How reliable the model is</h2>
<p class="muted">Measured on ${counted(heldOut.present)} present and ${counted(heldOut.absent)} absent labels held out from training.</p>
${
  reliability && precisionRecall
    ? html`<div class="plots"><div><h3>Reliability</h3>${reliabilityPlot(reliability)}<p class="muted">On the dashed line, the model is exactly as confident as it should be. Whiskers: 95% intervals. Bars: number of labels.</p></div>
<div><h3>Precision and recall</h3>${precisionRecallPlot(precisionRecall)}<p class="muted">For each cutoff: the share of suggestions that are right (precision) and the share of present labels found (recall).</p></div></div>`
    : html`<p>Too few labels are known to measure this.</p>`
}
</section>
<section>
<h2>Possible labelling mistakes</h2>
<p class="muted">Known labels that the model confidently contradicts, most confident first. Either the model or the mark is wrong.</p>
${mistakes.length === 0 ? html`<p>None.</p>` : pictures(mistakes)}
</section>
<section class="byLabel">
<h2>Suggestions</h2>
<p class="muted">Undecided images most likely to show each label.</p>
${suggestions.length === 0 && html`<p>None.</p>`}
${suggestions.map(({ label, pictures: some }) => html`<h3>${label}</h3>${pictures(some)}`)}
</section>`
}

function pictures(list: readonly ReportPicture[]): Html {
  return html`<ul class="pictures">
${list.map(
  ({ path, label, probability, state, picture }) => html`<li><figure>${
    picture
      ? html`<img alt="${path}" src="data:image/webp;base64,${Buffer.from(picture).toString('base64')}">`
      : html`<div class="none">can’t be read</div>`
  }<figcaption>${
    state
      ? html`<b>${label}</b>: marked <span class="${state}">${state}</span>, predicted ${percent(probability, 0)}`
      : html`${percent(probability, 0)}`
  }<br><span class="muted">${path}</span></figcaption></figure></li>
`,
)}</ul>`
}

const counted = (count: number): string => count.toLocaleString('en')
const share = (part: number, whole: number): string => (whole === 0 ? '0%' : percent(part / whole, 0))

function lift(value: number): string {
  return value >= 10 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value === 0 ? '0' : value.toFixed(2)
}
