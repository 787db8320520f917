/**
 * After a mark: the new probabilities of the open image's unknown labels, by what was trained already.
 *
 *     node bench/rescore.ts [--json]
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { imageDetail } from '../src/main/app/images/rows.ts'
import { setMarks } from '../src/main/app/marks/marks.ts'
import { RandomState } from '../src/main/base/random.ts'
import { findImages } from '../src/main/pairs/query.ts'
import { startApplication } from '../src/main/shell/start.ts'
import { FollowedScores } from '../src/main/suggestions/rescoring.ts'
import { scoresFile, writeScores } from '../src/main/suggestions/scores.ts'
import { suggesterFile, writeSuggester } from '../src/main/suggestions/suggesterFile.ts'
import { makeBigProject } from '../test/project/bigProject.ts'

const json = process.argv.includes('--json')
/** As many as speak at most (suggestions/conditionalFit.ts). */
const maxPredictors = 128
const marks = 200
const budget = 10
const figures: Record<string, number>[] = []

const at = (times: number[], share: number): number => times.toSorted((a, b) => a - b)[Math.floor(times.length * share)]

const summary = (name: string, times: number[]): Record<string, number> => ({
  [`${name}Median`]: at(times, 0.5),
  [`${name}P95`]: at(times, 0.95),
})

async function timed(work: () => unknown): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

async function measure(images: number, labels: number): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-bench-'))
  process.env.SURMISE_HOME = path.join(folder, 'home')
  mkdirSync(process.env.SURMISE_HOME)
  const application = startApplication()
  try {
    const workspace = await application.open(makeBigProject(folder, { images, labels, known: 0.5 }))
    const { project } = workspace
    const random = new RandomState(1)
    const normal = (count: number, scale = 1) => Float32Array.from({ length: count }, () => scale * random.normal())
    const matrix = (await project.states.matrix()).snapshot()
    const { imageIds, labelIds, states } = matrix
    const predictors = Array.from({ length: Math.min(labels, maxPredictors) }, (_, i) => i)
    const own = normal(images * labels, 2)
    const model = project.models.add(
      { kind: 'blend', backbone: 'bench', seed: 0, device: 'cpu', metrics: {}, labelIds: [...labelIds], file: null },
      { current: true },
    )
    await writeSuggester(suggesterFile(project.cacheFolder, model.uid), {
      ...{ imageIds, labelIds, states, own },
      keys: Array.from(imageIds, (id) => id.toString(16).padStart(64, '0')),
      sources: { linear: own },
      ...{ folds: 3, neighbours: 400 },
      suggester: {
        blend: { sources: ['linear'], weights: Array.from(labelIds, () => [1, 0]), shared: [1, 0] },
        conditional: {
          predictors,
          weights: normal(labels * predictors.length * 2, 0.1),
          scale: normal(labels, 0.1),
          shift: normal(labels, 0.1),
        },
      },
      described: normal(images * 256, 0.1),
      ...{ features: '', folds: 3, neighbours: 400 },
    })
    await writeScores(scoresFile(project.cacheFolder, model.uid), {
      ...{ imageIds, labelIds },
      probabilities: Float32Array.from({ length: images * labels }, () => random.random()),
    })

    const reading = await timed(() => workspace.suggestions.current())
    const { rescorer } = (await FollowedScores.read(project.cacheFolder, model.uid))!
    const all = await timed(() => findImages(workspace, { sort: { by: 'confidence' } }))
    const [pure, whole]: [number[], number[]] = [[], []]
    for (let i = 0; i < marks; i++) {
      const imageId = imageIds[random.integer(images)]
      const labelId = labelIds[random.integer(labels)]
      const now = Int8Array.from(labelIds, () => random.integer(3) - 1)
      pure.push(await timed(() => rescorer!.rescore(imageId, now)))
      await setMarks(workspace, [{ imageId, labelId, state: i % 2 === 0 ? 1 : -1 }])
      whole.push(await timed(() => imageDetail(workspace, imageId)))
    }
    const figure = { images, labels, reading, all, ...summary('rescore', pure), ...summary('detail', whole) }
    figures.push(figure)
    if (json) return
    console.log(`${images.toLocaleString('en')} images × ${labels.toLocaleString('en')} labels`)
    const line = (name: string, ms: number, most?: number) =>
      console.log(`  ${name.padEnd(58)} ${ms.toFixed(2).padStart(8)} ms${most ? `   budget ${most} ms` : ''}`)
    line('re-score an image after a mark, median', at(pure, 0.5), budget)
    line('the same, p95', at(pure, 0.95), budget)
    line('its details with the new suggestions, median', at(whole, 0.5), budget)
    line('the same, p95', at(whole, 0.95), budget)
    line('read what that needs, once', reading)
    line('look through all images once, and order them', all)
  } finally {
    await application.shutdown()
    rmSync(folder, { recursive: true, force: true })
  }
}

await measure(20_000, 80)
await measure(2_000, 1_000)
if (json) console.log(JSON.stringify({ rescore: figures }))
process.exit(0)
