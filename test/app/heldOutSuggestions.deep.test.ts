import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { exportSuggestions } from '../../src/main/app/exchange/exporting.ts'
import { startTraining } from '../../src/main/app/training/training.ts'
import { scoresFile, writeScores } from '../../src/main/suggestions/scores.ts'
import type { Metrics } from '../../src/main/training/measure/heldOut.ts'
import { calibrationError } from '../../src/main/training/measure/metrics.ts'
import { pictureProject } from './support.ts'

interface Row {
  image: string
  label: string
  probability: string
  known: string
  held_out: string
}

test('known labels go out with the probabilities that the model was measured by, of parts that never saw them', async () => {
  const { workspace, names, folder } = await pictureProject(24)
  const { project } = workspace
  const idOf = (name: string) => project.images.byPath(name)!.id
  const marked = names.slice(2, 18).flatMap((name, i) => {
    // Every fifth is wrong: what has learnt it says otherwise than what never saw it.
    const left = (i % 2 === 0) !== (i % 5 === 0)
    return [1, 2].map((labelId) => ({
      ...{ imageId: idOf(name), labelId },
      state: (labelId === 1) === left ? (1 as const) : (-1 as const),
    }))
  })
  project.states.set(marked, { title: 'Mark' })
  await (await startTraining(workspace, { seed: 1, device: 'cpu' })).done
  const { table } = (await workspace.suggestions.current())!
  const before = table.probability(idOf(names[0]), 1)
  const file = path.join(folder, 's.csv')
  const read = async () => {
    const told = await exportSuggestions(workspace, file, { known: true, overwrite: true })
    const rows = parse<Row>(readFileSync(file), { columns: true, bom: true })
    const known = rows.filter((row) => row.known !== '')
    expect(told).toMatchObject({ suggestions: rows.length - known.length, known: known.length })
    for (const row of rows) expect(row.held_out).toBe(row.known === '' ? '' : 'yes')
    const of = new Map(known.map((row) => [`${row.image} ${row.label}`, row]))
    return { ...told, of }
  }

  // The error of calibration that training measured on what was held out comes out of the file again.
  const whole = await read()
  expect([whole.known, whole.leftOut]).toEqual([marked.length, 0])
  const heldOut = marked.map(({ imageId, labelId }) => {
    return Number(whole.of.get(`${project.images.get(imageId)!.path} ${['left', 'right'][labelId - 1]}`)!.probability)
  })
  const { calibrationError: measured } = project.models.current()!.metrics as unknown as Metrics
  const truth = marked.map(({ state }) => state)
  expect(calibrationError(heldOut, truth)).toBeCloseTo(measured, 4)

  // Since then: a mark that the model never saw, one of a label that it doesn’t know, one turned, one forgotten.
  const hat = project.labels.add({ name: 'hat' }).id
  const turned = marked[0]
  project.states.set(
    [
      { imageId: idOf(names[0]), labelId: 1, state: 1 },
      { imageId: idOf(names[0]), labelId: hat, state: 1 },
      { ...turned, state: turned.state === 1 ? -1 : 1 },
      { ...marked[1], state: 0 },
    ],
    { title: 'Mark' },
  )
  const then = await read()
  expect([then.known, then.leftOut]).toEqual([marked.length, 1])
  expect(then.of.get(`${names[0]} left`)!.known).toBe('present')
  expect(Number(then.of.get(`${names[0]} left`)!.probability)).toBeCloseTo(before, 5)
  const [was, is] = [whole.of.get(`${names[2]} left`)!, then.of.get(`${names[2]} left`)!]
  expect([is.probability, is.known === was.known]).toEqual([was.probability, false])
  expect(then.of.has(`${names[2]} right`)).toBe(false)
}, 60_000)

test('a model that was imported has nothing held out', async () => {
  const { workspace, folder } = await pictureProject(2)
  const { project } = workspace
  const kept = { kind: 'import', backbone: 'x', seed: null, device: null, metrics: null, labelIds: [1], file: null }
  const model = project.models.add(kept, { current: true })
  const scores = { imageIds: Int32Array.of(1, 2), labelIds: Int32Array.of(1), probabilities: Float32Array.of(0.1, 0.9) }
  await writeScores(scoresFile(project.cacheFolder, model.uid), scores)
  const file = path.join(folder, 's.csv')
  await expect(exportSuggestions(workspace, file, { known: true })).rejects.toMatchObject({ code: 'nothing-held-out' })
  expect(existsSync(file)).toBe(false)
})
