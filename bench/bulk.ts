/**
 * Many at once, in a project of 100,000 images × 80 labels, half known, with a model's scores for all of them: the preview of
 * accepting together, accepting, undo, the history and the progress; and how long the event loop is kept waiting meanwhile.
 *
 *     node bench/bulk.ts [--json]
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { BulkRequest } from '../src/contract/bulk.ts'
import { previewBulk, startBulk } from '../src/main/app/bulk/bulk.ts'
import { setMarks, undo } from '../src/main/app/marks/marks.ts'
import { likelyCounts, overviewOf } from '../src/main/app/progress/progress.ts'
import { RandomState } from '../src/main/base/random.ts'
import { findImages } from '../src/main/pairs/query.ts'
import { startApplication } from '../src/main/shell/start.ts'
import { scoresFile, writeScores } from '../src/main/suggestions/scores.ts'
import { makeBigProject } from '../test/project/bigProject.ts'

const size = { images: 100_000, labels: 80, known: 0.5 }
const json = process.argv.includes('--json')
const figures: { name: string; milliseconds: number; longestWait: number; budget: number | null }[] = []

/** How long it takes, and how long others have to wait meanwhile. */
async function measured<T>(name: string, work: () => Promise<T>, budget: number | null = null): Promise<T> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  await new Promise((resolve) => setTimeout(resolve, 20))
  delay.enable()
  const started = performance.now()
  const result = await work()
  const milliseconds = Math.round((performance.now() - started) * 10) / 10
  await new Promise((resolve) => setTimeout(resolve, 20))
  delay.disable()
  const longestWait = Math.round(delay.max / 1e5) / 10
  figures.push({ name, milliseconds, longestWait, budget })
  if (!json) {
    const told = budget ? `   budget ${budget} ms` : ''
    console.log(
      `${name.padEnd(48)} ${milliseconds.toFixed(1).padStart(9)} ms   waits ≤ ${longestWait.toFixed(1)} ms${told}`,
    )
  }
  return result
}

const folder = mkdtempSync(path.join(tmpdir(), 'surmise-bench-'))
process.env.SURMISE_HOME = path.join(folder, 'home')
mkdirSync(process.env.SURMISE_HOME)
const application = startApplication()
try {
  const workspace = await application.open(makeBigProject(folder, size))
  const { project } = workspace
  const labelIds = project.labels.list().map(({ id }) => id)
  const { uid } = project.models.add(
    { kind: 'blend', backbone: 'bench', seed: 0, device: 'cpu', metrics: {}, labelIds, file: null },
    { current: true },
  )
  const random = new RandomState(1)
  const matrix = await project.states.matrix()
  const imageIds = project.images.ids({}, { by: 'added' })
  await writeScores(scoresFile(project.cacheFolder, uid), {
    imageIds,
    labelIds: Int32Array.from(labelIds),
    // As models are: of most pairs fairly sure, and mostly right.
    probabilities: Float32Array.from({ length: size.images * size.labels }, (_, at) => {
      const state = matrix.get(imageIds[at % size.images], labelIds[Math.floor(at / size.images)])
      const sure = 1 - random.random() ** 4 / 2
      return (state === 0 ? random.random() < 0.25 : state === 1) ? sure : 1 - sure
    }),
  })
  const request: BulkRequest = {
    ...{ precision: 0.95, maxLost: 0.02, sides: ['present', 'absent'] },
    ...{ labelIds: null, filter: null },
  }
  await measured('preview of accepting together, the first', () => previewBulk(workspace, request), 1000)
  await measured('preview, another precision', () => previewBulk(workspace, { ...request, precision: 0.9 }), 1000)
  const one = { ...request, labelIds: [7], filter: { text: 'folder 0' } }
  await measured('preview, one label, filtered', () => previewBulk(workspace, one), 1000)
  await setMarks(workspace, [{ imageId: 1, labelId: 1, state: 1 }])
  await measured('preview, after a mark', () => previewBulk(workspace, request), 1000)
  await measured('progress, half of the pairs known', () => overviewOf(workspace, Date.now() - 3600_000), 150)
  await measured('confident suggestions of every label', () => likelyCounts(workspace))
  const narrow = { ...request, precision: 0.995, sides: ['present' as const], labelIds: labelIds.slice(0, 4) }
  const some = await previewBulk(workspace, narrow)
  await measured(`accept ${some.count} together`, () => startBulk(workspace, some.token).done)
  await measured('undo that', () => undo(workspace))
  const all = await previewBulk(workspace, request)
  await measured(`accept ${all.count} together`, () => startBulk(workspace, all.token).done)
  await measured('preview after that', () => previewBulk(workspace, request), 1000)
  await measured('progress, nearly all known', () => overviewOf(workspace, Date.now() - 3600_000), 150)
  const [last] = await measured('history: 100 rows', async () => project.history.list(100, undefined, 'do'))
  await measured('images of the largest action', () => findImages(workspace, { filter: { action: last.id } }), 150)
} finally {
  await application.shutdown()
  rmSync(folder, { recursive: true, force: true })
}
if (json) console.log(JSON.stringify({ size, figures }))
