import { expect, test } from 'vitest'
import { confirmLabelByLabel, labelByLabelList } from '../../src/main/app/labelByLabel/labelByLabel.ts'
import { undo } from '../../src/main/app/marks/marks.ts'
import { scored } from './scored.ts'
import { newApplication, temporaryFolder } from './support.ts'

const none = Number.NaN
const dog = 1
const asked = { labelId: dog, filter: {}, limit: 100 }

test('images of which a label is undecided, in the order of the question; what the model says nothing of is last', async () => {
  const workspace = await scored(
    newApplication(),
    [0.25, 0.875, none, 0.5, 0.125].map((p) => [p, 0.5, 0.5]),
  )
  const ids = async (order: 'present' | 'uncertain' | 'absent') =>
    (await labelByLabelList(workspace, { ...asked, order })).ids
  expect(await ids('present')).toEqual([2, 4, 1, 5, 3])
  // Images 2 and 5 are equally uncertain: by their paths.
  expect(await ids('uncertain')).toEqual([4, 1, 5, 2, 3])
  expect(await ids('absent')).toEqual([5, 1, 4, 2, 3])
  expect(await labelByLabelList(workspace, { ...asked, order: 'present', limit: 2 })).toMatchObject({
    ...{ ids: [2, 4], probabilities: [0.875, 0.5], left: 5 },
    modelId: 1,
  })
  // What is known is no question; other conditions hold, those of the label itself do not.
  workspace.project.states.set([{ imageId: 2, labelId: dog, state: 1 }], { title: 'x' })
  expect(await ids('present')).toEqual([4, 1, 5, 3])
  const filter = { folder: '2020', labels: [{ labelId: dog, is: 'present' as const }] }
  expect((await labelByLabelList(workspace, { ...asked, order: 'present', filter })).ids).toEqual([1, 5, 3])
})

test('without a model the images come as they are named', async () => {
  const application = newApplication()
  const folder = temporaryFolder()
  const workspace = await application.create({ path: `${folder}/p.surmise`, imagesRoot: folder, labels: ['dog'] })
  expect(await labelByLabelList(workspace, { ...asked, order: 'uncertain' })).toEqual({
    ...{ ids: [], probabilities: [], left: 0, modelId: null },
  })
})

test('a screen is one action: what agrees with the model is a suggestion taken over, the rest the person’s own', async () => {
  const workspace = await scored(
    newApplication(),
    [0.9, 0.1, 0.8, none, 0.2].map((p) => [p, 0.5, 0.5]),
  )
  const { states, history } = workspace.project
  states.set([{ imageId: 5, labelId: dog, state: 1 }], { title: 'x' })
  const result = await confirmLabelByLabel(workspace, { labelId: dog, present: [1, 2, 4], absent: [3, 5] })
  expect(result).toMatchObject({ changed: 4, title: 'Label by label, “dog”: 3 present, 1 absent' })
  const of = (imageId: number) => states.ofImage(imageId).find(({ labelId }) => labelId === dog)
  expect(of(1)).toMatchObject({ state: 1, source: 'accepted_suggestion', modelId: 1 })
  expect(of(2)).toMatchObject({ state: 1, source: 'human' })
  expect(of(3)).toMatchObject({ state: -1, source: 'human' })
  expect(of(4)).toMatchObject({ state: 1, source: 'human', modelId: null })
  expect(of(5)).toMatchObject({ state: 1 })
  await undo(workspace)
  for (const imageId of [1, 2, 3, 4]) expect(of(imageId)).toBeUndefined()
  expect(of(5)).toMatchObject({ state: 1 })
  expect(history.redoTitle).toBe(result.title)
})
