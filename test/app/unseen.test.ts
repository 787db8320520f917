import { expect, test } from 'vitest'
import { confirmLabelByLabel } from '../../src/main/app/labelByLabel/labelByLabel.ts'
import { acceptSuggestions, rejectSuggestions, setMarks } from '../../src/main/app/marks/marks.ts'
import { settleMistake } from '../../src/main/app/mistakes/settleMistake.ts'
import type { Workspace } from '../../src/main/app/workspace.ts'
import { scored } from './scored.ts'
import { newApplication } from './support.ts'

const [dog, cat, sun] = [1, 2, 3]
const [whole, gone] = [1, 2]

/** Four images; the file of the second is missing now. */
async function withMissing(): Promise<Workspace> {
  const workspace = await scored(newApplication(), Array(4).fill([0.95, 0.02, 0.97]))
  const { images } = workspace.project
  images.applyScan({ missing: [images.get(gone)!.id] })
  expect(images.get(gone)?.status).toBe('missing')
  return workspace
}

const knownOf = ({ project }: Workspace, imageId: number) =>
  project.states.ofImage(imageId).map(({ labelId, state }) => [labelId, state])
const absent = (imageId: number, ...labelIds: number[]) =>
  labelIds.map((labelId) => ({ imageId, labelId, state: -1 as const }))

test('nothing is said of all labels of an image that can’t be seen, nor of it among others', async () => {
  const workspace = await withMissing()
  await expect(setMarks(workspace, absent(gone, dog, cat, sun))).rejects.toMatchObject({ code: 'image-unseen' })
  expect(knownOf(workspace, gone)).toEqual([])
  expect(await setMarks(workspace, [...absent(whole, dog), ...absent(gone, dog)])).toMatchObject({
    ...{ changed: 1, unseen: 1 },
    title: 'Mark “dog” absent',
  })
  expect([knownOf(workspace, whole), knownOf(workspace, gone)]).toEqual([[[dog, -1]], []])
  // One label by itself may be known from elsewhere, and what was said can always be taken back.
  expect(await setMarks(workspace, absent(gone, cat))).toMatchObject({ changed: 1, unseen: 0 })
  const cleared = [whole, gone].flatMap((imageId) =>
    [dog, cat].map((labelId) => ({ imageId, labelId, state: 0 as const })),
  )
  expect(await setMarks(workspace, cleared)).toMatchObject({ changed: 2, unseen: 0 })
})

test('what a model says of an image that can’t be seen can be neither accepted nor rejected, nor confirmed with others', async () => {
  const workspace = await withMissing()
  const pair = { imageId: gone, labelId: dog }
  for (const decide of [acceptSuggestions, rejectSuggestions]) {
    await expect(decide(workspace, [pair])).rejects.toMatchObject({ code: 'image-unseen' })
  }
  expect(await acceptSuggestions(workspace, [pair, { ...pair, imageId: whole }])).toMatchObject({
    ...{ changed: 1, unseen: 1 },
    title: 'Accept 1 suggestion',
  })
  const screen = { labelId: cat, present: [], absent: [whole, gone] }
  expect(await confirmLabelByLabel(workspace, screen)).toMatchObject({
    ...{ changed: 1, unseen: 1 },
    title: 'Label by label, “cat”: 0 present, 1 absent',
  })
  expect(knownOf(workspace, gone)).toEqual([])
  await setMarks(workspace, [{ ...pair, state: -1 }])
  const mistake = { ...pair, suggestion: 'present' as const, take: true }
  await expect(settleMistake(workspace, mistake)).rejects.toMatchObject({ code: 'image-unseen' })
})
