import { rmSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { type Reasons, reasons as reasonsSchema } from '../../src/contract/schemas.ts'
import { imageDetail } from '../../src/main/app/images/rows.ts'
import { setMarks } from '../../src/main/app/marks/marks.ts'
import { reasonsFor } from '../../src/main/app/suggestions/reasons.ts'
import { startTraining } from '../../src/main/app/training/training.ts'
import { suggesterFile } from '../../src/main/suggestions/suggesterFile.ts'
import { surmise } from '../shell/cliProcess.ts'
import { pictureProject } from './support.ts'

const total = (shares: { logOdds: number }[]) => shares.reduce((sum, one) => sum + one.logOdds, 0)
const sumOf = ({ base, model, intra, cross }: Reasons) =>
  base + total(model) + total(intra.known) + intra.seen + cross.logOdds

test('the shares add up to what is suggested, and follow the marks; the nearest images and the attention come from the cache', async () => {
  const { application, workspace, names } = await pictureProject(16)
  const { project } = workspace
  const idOf = (name: string) => project.images.byPath(name)!.id
  const [left, right] = project.labels.list().map(({ id }) => id)
  const known = names.slice(0, 10)
  project.states.set(
    known.flatMap((name, i) => [
      { imageId: idOf(name), labelId: left, state: i % 2 === 0 ? (1 as const) : (-1 as const) },
      { imageId: idOf(name), labelId: right, state: i % 2 === 0 ? (-1 as const) : (1 as const) },
    ]),
    { title: 'Mark some' },
  )
  const imageId = idOf(names[12])
  const asked = { imageId, labelId: right }
  await expect(reasonsFor(workspace, asked)).rejects.toMatchObject({ code: 'no-suggestion' })
  await expect(reasonsFor(workspace, { ...asked, imageId: 999 })).rejects.toMatchObject({ code: 'image-unknown' })
  const { uid } = await (await startTraining(workspace, { device: 'cpu', seed: 1 })).done

  const shown = async () =>
    (await imageDetail(workspace, imageId)).allSuggestions.find(({ labelId }) => labelId === right)!.probability
  const before = reasonsSchema.parse(await reasonsFor(workspace, asked))
  expect(sumOf(before)).toBeCloseTo(before.logOdds, 9)
  expect(before.probability).toBeCloseTo(await shown(), 5)
  expect(before.model.map(({ name }) => name)).toEqual(['linear', 'map', 'sst'])
  expect(before.intra.known).toEqual([])

  const nearest = before.cross.nearest!
  expect(nearest.map((one) => one.path).sort()).toEqual(known)
  expect(nearest.map(({ similarity }) => similarity)).toEqual(
    nearest.map(({ similarity }) => similarity).toSorted((a, b) => b - a),
  )
  for (const one of nearest) expect(one.state).toBe(Number.parseInt(one.path, 10) % 2 === 0 ? -1 : 1)
  const { weights, height, width } = before.attention!
  expect(weights).toHaveLength(height * width)
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4)

  // A mark of the other label speaks, and what it says is what it changes.
  await setMarks(workspace, [{ imageId, labelId: left, state: 1 }])
  const after = await reasonsFor(workspace, asked)
  expect(after.intra.known).toMatchObject([{ labelId: left, state: 1 }])
  expect(sumOf(after)).toBeCloseTo(after.logOdds, 9)
  expect(after.probability).toBeCloseTo(await shown(), 5)
  expect(after.logOdds - before.logOdds).toBeCloseTo(
    after.intra.known[0].logOdds + after.intra.seen - before.intra.seen,
    5,
  )
  expect(after.probability).toBeLessThan(before.probability)

  // The command line says the same.
  const { path: file, cacheFolder } = project
  await application.close()
  const told = await surmise(['explain', file, names[12], 'right', '--json'])
  expect(told).toMatchObject({ code: 0, json: { image: names[12], label: 'right', logOdds: after.logOdds } })
  expect((await surmise(['explain', file, names[12], 'right'])).output).toContain('most similar known images have it')
  expect(await surmise(['explain', file, names[12], 'up', '--json'])).toMatchObject({
    code: 1,
    json: { error: { code: 'label-unknown', hint: 'Labels: “left”, “right”.' } },
  })

  // Without features the shares are told all the same; without what training kept, a sentence.
  rmSync(path.join(cacheFolder, 'features'), { recursive: true })
  const reopened = await application.open(file)
  expect(await reasonsFor(reopened, asked)).toMatchObject({
    logOdds: after.logOdds,
    attention: null,
    cross: { nearest: null },
  })
  await application.close()
  rmSync(suggesterFile(cacheFolder, uid))
  await expect(reasonsFor(await application.open(file), asked)).rejects.toMatchObject({
    code: 'no-reasons',
    hint: 'Fine-tune again.',
  })
})
