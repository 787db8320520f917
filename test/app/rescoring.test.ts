import { expect, test } from 'vitest'
import type { Application } from '../../src/main/app/application.ts'
import { exportSuggestions } from '../../src/main/app/exchange/exporting.ts'
import { imageDetail, imageRows } from '../../src/main/app/images/rows.ts'
import { acceptSuggestions, redo, rejectSuggestions, setMarks, undo } from '../../src/main/app/marks/marks.ts'
import type { Workspace } from '../../src/main/app/workspace.ts'
import { conditionalLogOddsOfAll } from '../../src/main/suggestions/conditional.ts'
import { logistic } from '../../src/main/suggestions/logistic.ts'
import { scoresFile, writeScores } from '../../src/main/suggestions/scores.ts'
import { suggesterFile, writeSuggester } from '../../src/main/suggestions/suggesterFile.ts'
import { scanned } from '../project/support.ts'
import { surmise } from '../shell/cliProcess.ts'
import { queryImages } from './scored.ts'
import { newApplication, temporaryFolder } from './support.ts'

const [sun, beach] = [1, 2]
/** Sun speaks for beach: where it is known, by 5 (y - p) + 1 for present. Beach says nothing of sun. */
const conditional = {
  predictors: [0],
  weights: Float32Array.of(0, 0, 5, 1),
  scale: new Float32Array(2),
  shift: new Float32Array(2),
}

/** A project of so many images of which a model knew nothing, and gave these log odds to sun and beach. */
async function scored(application: Application, images: number, logOdds: [number, number]): Promise<Workspace> {
  const folder = temporaryFolder()
  const labels = ['sun', 'beach']
  const workspace = await application.create({ path: `${folder}/p.surmise`, imagesRoot: folder, labels })
  const { project } = workspace
  project.images.applyScan({ added: Array.from({ length: images }, (_, i) => scanned(`${1000 + i}.jpg`)) })
  const model = project.models.add(
    { kind: 'blend', backbone: 'x', seed: 0, device: 'cpu', metrics: {}, labelIds: [sun, beach], file: null },
    { current: true },
  )
  const imageIds = project.images.ids({}, { by: 'added' })
  const labelIds = Int32Array.of(sun, beach)
  const own = Float32Array.from({ length: 2 * images }, (_, at) => logOdds[at % 2])
  const states = new Int8Array(2 * images)
  await writeSuggester(suggesterFile(project.cacheFolder, model.uid), {
    ...{ imageIds, labelIds, states, own },
    keys: Array.from(imageIds, (id) => id.toString(16).padStart(64, '0')),
    sources: { linear: own },
    suggester: {
      blend: { sources: ['linear'], weights: labels.map(() => [1, 0]), shared: [1, 0] },
      conditional,
    },
    described: new Float32Array(images),
    ...{ features: '', folds: 3, neighbours: 400 },
  })
  const scores = conditionalLogOddsOfAll(conditional, own, states).map(logistic)
  await writeScores(scoresFile(project.cacheFolder, model.uid), {
    ...{ imageIds, labelIds },
    probabilities: Float32Array.from(scores, (_, at) => scores[(at % images) * 2 + Math.floor(at / images)]),
  })
  return workspace
}

const probability = async (workspace: Workspace, imageId: number) =>
  (await imageDetail(workspace, imageId)).allSuggestions.find(({ labelId }) => labelId === beach)!.probability

test('a mark, its undo and its redo change what is suggested at once, before and after reopening', async () => {
  const application = newApplication()
  const workspace = await scored(application, 3, [0, -1])
  const before = await probability(workspace, 1)
  expect(before).toBeCloseTo(logistic(-1 + 0.5))
  await setMarks(workspace, [{ imageId: 1, labelId: sun, state: 1 }])
  expect(await probability(workspace, 1)).toBeCloseTo(logistic(-1 + 5 * 0.5 + 1))
  await setMarks(workspace, [{ imageId: 1, labelId: sun, state: -1 }])
  expect(await probability(workspace, 1)).toBeCloseTo(logistic(-1 - 5 * 0.5))
  await undo(workspace)
  expect(await probability(workspace, 1)).toBeCloseTo(logistic(-1 + 3.5))
  await undo(workspace)
  expect(await probability(workspace, 1)).toBe(before)
  await redo(workspace)
  expect((await imageRows(workspace, [1]))[0].suggestions).toMatchObject([{ labelId: beach, suggestion: 'present' }])
  expect(await probability(workspace, 2)).toBe(before)

  const { path: file } = workspace.project
  await application.close()
  const again = await application.open(file)
  // The states are not in memory yet.
  expect(again.project.states.loadedMatrix).toBeUndefined()
  expect(await probability(again, 1)).toBeCloseTo(logistic(-1 + 3.5))

  // The command line tells the mark among the reasons.
  await application.close()
  const told = await surmise(['explain', file, '1000.jpg', 'beach'])
  expect(told.output).toMatch(/“sun” is present +\+3\.50/)
})

test('filters, order and exports go by what is known now, after few marks and after many', async () => {
  const workspace = await scored(newApplication(), 300, [0, -1])
  const suggested = async () => [
    ...(await queryImages(workspace, { labels: [{ labelId: beach, is: 'suggested' }] }, { by: 'path' })),
  ]
  const first = async () => (await queryImages(workspace, {}, { by: 'confidence' }))[0]
  expect(await suggested()).toEqual([])
  await setMarks(workspace, [{ imageId: 7, labelId: sun, state: 1 }])
  expect(await suggested()).toEqual([7])
  expect(await first()).toBe(7)
  const many = Array.from({ length: 250 }, (_, i) => ({ imageId: i + 10, labelId: sun, state: 1 as const }))
  // While some of it is being followed, more comes.
  const asked = suggested()
  await setMarks(workspace, many)
  await asked
  expect(await suggested()).toEqual([7, ...many.map(({ imageId }) => imageId)])
  await undo(workspace)
  await undo(workspace)
  expect(await suggested()).toEqual([])

  await setMarks(workspace, [{ imageId: 3, labelId: sun, state: 1 }])
  expect(await exportSuggestions(workspace, `${temporaryFolder()}/s.csv`)).toMatchObject({ suggestions: 599 })
  expect((await workspace.suggestions.current())!.table.probability(3, beach)).toBeCloseTo(logistic(2.5))
})

test('accepting and rejecting mean what was on the screen, even where a mark has turned it since', async () => {
  const workspace = await scored(newApplication(), 2, [0, -1])
  await setMarks(
    workspace,
    [1, 2].map((imageId) => ({ imageId, labelId: sun, state: 1 as const })),
  )
  expect(await probability(workspace, 1)).toBeGreaterThan(0.5)
  const seen = { labelId: beach, suggestion: 'absent' as const }
  expect(await acceptSuggestions(workspace, [{ imageId: 1, ...seen }])).toMatchObject({
    title: 'Accept “beach” absent',
  })
  await rejectSuggestions(workspace, [{ imageId: 2, ...seen }])
  const ofBeach = (imageId: number) =>
    workspace.project.states.ofImage(imageId).find(({ labelId }) => labelId === beach)
  expect(ofBeach(1)).toMatchObject({ state: -1, source: 'accepted_suggestion' })
  expect(ofBeach(2)).toMatchObject({ state: 1, source: 'human' })
})
