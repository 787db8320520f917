/**
 * The application over a project of 100,000 images × 80 labels, half known, with a model's scores for all of them: from
 * opening to the first images, queries by what a model suggests, marks, and what everyone is told of them.
 *
 *     node bench/workspace.ts [--json]
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ImageFilter, ImageSort } from '../src/contract/schemas.ts'
import { imageDetail, imageRows } from '../src/main/app/images/rows.ts'
import { acceptSuggestions, setMarks } from '../src/main/app/marks/marks.ts'
import { summaryOf } from '../src/main/app/project/summary.ts'
import { RandomState } from '../src/main/base/random.ts'
import { findImages } from '../src/main/pairs/query.ts'
import { startApplication } from '../src/main/shell/start.ts'
import { scoresFile, writeScores } from '../src/main/suggestions/scores.ts'
import { makeBigProject } from '../test/project/bigProject.ts'

const size = { images: 100_000, labels: 80, known: 0.5 }
const json = process.argv.includes('--json')
const figures: { name: string; milliseconds: number; budget: number | null }[] = []

function report(name: string, milliseconds: number, budget: number | null = null): void {
  figures.push({ name, milliseconds: Math.round(milliseconds * 10) / 10, budget })
  if (json) return
  console.log(`${name.padEnd(64)} ${milliseconds.toFixed(1).padStart(9)} ms${budget ? `   budget ${budget} ms` : ''}`)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

/** Of several runs. */
async function median(work: () => Promise<unknown>, runs = 5): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < runs; i++) times.push(await timed(work))
  return times.sort((a, b) => a - b)[runs >> 1]
}

const folder = mkdtempSync(path.join(tmpdir(), 'surmise-bench-'))
process.env.SURMISE_HOME = path.join(folder, 'home')
mkdirSync(process.env.SURMISE_HOME)
const application = startApplication()
try {
  const file = makeBigProject(folder, size)
  const { project } = await application.open(file)
  const labelIds = project.labels.list().map(({ id }) => id)
  const model = project.models.add(
    { kind: 'blend', backbone: 'bench', seed: 0, device: 'cpu', metrics: {}, labelIds, file: null },
    { current: true },
  )
  const random = new RandomState(1)
  await writeScores(scoresFile(project.cacheFolder, model.uid), {
    imageIds: project.images.ids({}, { by: 'added' }),
    labelIds: Int32Array.from(labelIds),
    // As models are: of most pairs fairly sure.
    probabilities: Float32Array.from({ length: size.images * size.labels }, () => random.random() ** 4),
  })
  await application.close()

  const started = performance.now()
  const workspace = await application.open(file)
  summaryOf(workspace)
  const { ids: first } = await findImages(workspace)
  await imageRows(workspace, [...first.subarray(0, 60)])
  report('open, to the rows of the first 60 images', performance.now() - started, 1500)
  report('all states in memory', await timed(() => workspace.project.states.matrix()))
  report('who decided what, in memory', await timed(() => workspace.project.states.decisions()))

  const queries: [string, ImageFilter, ImageSort][] = [
    ['all, by path', {}, { by: 'path' }],
    ['with a suggestion, by path', { suggested: true }, { by: 'path' }],
    ['all, by confidence', {}, { by: 'confidence' }],
    ['one label suggested, by confidence', { labels: [{ labelId: 7, is: 'suggested' }] }, { by: 'confidence' }],
    ['all, most uncertain', {}, { by: 'uncertain' }],
    ['one label unknown, most uncertain', { labels: [{ labelId: 7, is: 'unknown' }] }, { by: 'uncertain' }],
    ['all, likely mistakes', {}, { by: 'mistakes' }],
    ['one label known, likely mistakes', { labels: [{ labelId: 7, is: 'known' }] }, { by: 'mistakes' }],
    ['all, random audit', {}, { by: 'audit' }],
    ['a range of probabilities', { probability: [{ labelId: 7, from: 0.4, to: 0.6 }] }, { by: 'path' }],
    ['set by an import, by anyone', { decided: { by: ['import'] } }, { by: 'path' }],
    ['set by somebody who set nothing', { decided: { who: 'nobody' } }, { by: 'path' }],
    ['decided in a span of days', { decided: { since: '2026-09-22', until: '2026-09-23' } }, { by: 'path' }],
    [
      'known by hand, of a folder, in a range, by uncertainty',
      {
        labels: [{ labelId: 7, is: 'known' }],
        decided: { by: ['human'], since: '2026-01-01' },
        folder: 'folder 42',
        probability: [{ labelId: 7, from: 0, to: 0.5 }],
      },
      { by: 'uncertain' },
    ],
    ['one label unknown, by confidence', { labels: [{ labelId: 7, is: 'unknown' }] }, { by: 'confidence' }],
  ]
  for (const [name, filter, sort] of queries) {
    report(`query: ${name}`, await median(() => findImages(workspace, { filter, sort })), 150)
  }
  const page = [...first.subarray(5000, 5100)]
  report('rows of 100 images', await median(() => imageRows(workspace, page)))
  report('detail of an image', await median(() => imageDetail(workspace, page[0])))
  report('summary', await median(async () => summaryOf(workspace)))

  const marks: number[] = []
  for (let i = 0; i < 300; i++) {
    const change = { imageId: random.integer(size.images) + 1, labelId: random.integer(size.labels) + 1 }
    marks.push(await timed(() => setMarks(workspace, [{ ...change, state: i % 2 === 0 ? 1 : -1 }])))
    // People take their time; meanwhile counts are told.
    if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 50))
  }
  report('mark a label: call to commit, p95 of 300', marks.sort((a, b) => a - b)[285], 30)
  const matrix = await workspace.project.states.matrix()
  const unknown = page.flatMap((imageId) => labelIds.map((labelId) => ({ imageId, labelId })))
  const pairs = unknown.filter(({ imageId, labelId }) => matrix.get(imageId, labelId) === 0).slice(0, 1000)
  report(`accept ${pairs.length} suggestions`, await timed(() => acceptSuggestions(workspace, pairs)))
} finally {
  await application.shutdown()
  rmSync(folder, { recursive: true, force: true })
}
if (json) console.log(JSON.stringify({ size, figures }))
