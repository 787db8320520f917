import path from 'node:path'
import { expect, test } from 'vitest'
import { imageDetail as imageDetailSchema, mergeReport } from '../../src/contract/schemas.ts'
import { startMerge, startMergePreview } from '../../src/main/app/exchange/merging.ts'
import { imageDetail } from '../../src/main/app/images/rows.ts'
import { setMarks, undo } from '../../src/main/app/marks/marks.ts'
import type { Workspace } from '../../src/main/app/workspace.ts'
import { copyProject } from '../../src/main/project/file/copy.ts'
import { openProject } from '../../src/main/project/file/open.ts'
import { queryImages } from './scored.ts'
import { newApplication, pictureProject } from './support.ts'

const disputed = (workspace: Workspace): Promise<number[]> =>
  queryImages(workspace, { disputed: true }, { by: 'path' }).then((ids) => [...ids])

/** Anna's project, with two marks that both have, and Ben's copy of it. */
async function copies() {
  const { application, workspace, folder, names } = await pictureProject(8)
  const { project } = workspace
  project.settings.set({ annotator: 'Anna' })
  const idOf = (i: number): number => project.images.byPath(names[i])!.id
  const mark = (
    to: Workspace['project'],
    who: string,
    changes: [image: number, label: number, state: 1 | -1 | 0][],
    at: number,
  ) =>
    to.states.set(
      changes.map(([image, labelId, state]) => ({ imageId: idOf(image), labelId, state })),
      { title: `${who} marks`, annotator: who, at },
    )
  mark(
    project,
    'Anna',
    [
      [0, 1, 1],
      [1, 1, -1],
    ],
    1000,
  )
  const other = path.join(folder, 'ben.surmise')
  copyProject(project.path, other)
  const ben = openProject(other)
  ben.settings.set({ annotator: 'Ben' })
  return { application, workspace, project, ben, other, idOf, mark, folder }
}

test('two annotators’ copies join: what one knows is taken, what they disagree on is reviewed, and nothing is lost', async () => {
  const { workspace, project, ben, other, idOf, mark } = await copies()
  mark(
    project,
    'Anna',
    [
      [2, 1, 1],
      [3, 1, 1],
      [4, 1, -1],
      [5, 2, 1],
    ],
    2000,
  )
  mark(
    ben,
    'Ben',
    [
      [2, 1, 1],
      [3, 1, -1],
      [4, 1, 1],
      [6, 2, -1],
      [0, 1, -1],
    ],
    3000,
  )
  const extra = ben.labels.add({ name: 'Zusätzlich', colour: '#123456' })
  mark(ben, 'Ben', [[7, extra.id, 1]], 3500)
  const before = [...project.images.ids()].map((id) => project.states.ofImage(id))
  ben.close()

  expect(() => startMerge(workspace, project.path)).toThrowError(expect.objectContaining({ code: 'merge-self' }))
  // Said before, without a word written.
  const preview = await startMergePreview(workspace, other).done
  expect([...project.images.ids()].map((id) => project.states.ofImage(id))).toEqual(before)
  expect([project.labels.list().length, project.disputes.count(), project.history.list(1)[0].title]).toEqual([
    2,
    0,
    'Anna marks',
  ])
  const report = await startMerge(workspace, other).done
  expect(preview).toEqual(report)
  expect(mergeReport.parse(report)).toEqual(report)
  expect(report).toMatchObject({
    images: { matched: 8, unmatched: [] },
    labelsAdded: ['Zusätzlich'],
    taken: 2,
    same: 2,
    disputed: 3,
    settled: 0,
  })
  // Of the first label both judged images 0, 2, 3 and 4; what was there before the copies parted is one judgement.
  expect(report.agreement).toEqual([{ label: 'left', pairs: 4, agreed: 1, kappa: expect.any(Number) }])
  expect(report.kappa).toBeCloseTo((0.25 - (0.75 * 0.5 + 0.25 * 0.5)) / 0.5, 10)

  // Taken over with who and when.
  expect(project.states.ofImage(idOf(6))).toMatchObject([{ labelId: 2, state: -1, annotator: 'Ben', decidedAt: 3000 }])
  const added = project.labels.list().find(({ name }) => name === 'Zusätzlich')!
  expect([added.colour, project.states.ofImage(idOf(7))[0].labelId]).toEqual(['#123456', added.id])

  // Neither is believed where they say the opposite; both are kept.
  expect(await disputed(workspace)).toEqual([idOf(0), idOf(3), idOf(4)])
  expect(project.disputes.count()).toBe(3)
  const detail = imageDetailSchema.parse(await imageDetail(workspace, idOf(3)))
  expect(detail.states).toEqual([])
  expect(detail.disputes).toEqual([
    {
      labelId: 1,
      statements: [
        { origin: 'p', state: 1, decidedAt: 2000, annotator: 'Anna' },
        { origin: 'ben', state: -1, decidedAt: 3000, annotator: 'Ben' },
      ],
    },
  ])

  // The same once more says nothing new; a decision settles one, and stays settled.
  await setMarks(workspace, [{ imageId: idOf(3), labelId: 1, state: 1 }])
  expect(await disputed(workspace)).toEqual([idOf(0), idOf(4)])
  expect(await startMerge(workspace, other).done).toMatchObject({ taken: 0, disputed: 0, settled: 3, same: 4 })
  expect(await disputed(workspace)).toEqual([idOf(0), idOf(4)])
  expect(project.states.ofImage(idOf(3))).toMatchObject([{ state: 1 }])
  await undo(workspace)
  expect(await disputed(workspace)).toEqual([idOf(0), idOf(3), idOf(4)])

  // One undo takes all of it back, and a redo brings it again.
  await undo(workspace)
  expect([...project.images.ids()].map((id) => project.states.ofImage(id))).toEqual(before)
  expect(project.labels.list()).toHaveLength(2)
  expect([await disputed(workspace), project.disputes.count()]).toEqual([[], 0])
  // A pair that is cleared by hand is no dispute then.
  await project.history.redo()
  expect(await disputed(workspace)).toEqual([idOf(0), idOf(3), idOf(4)])
  expect(await project.check()).toEqual([])
})

test('a third one has a say in what two don’t agree on; copies without a common image are refused', async () => {
  const { workspace, project, ben, other, idOf, mark, folder } = await copies()
  mark(ben, 'Ben', [[0, 1, -1]], 3000)
  ben.close()
  const third = path.join(folder, 'cem.surmise')
  copyProject(other, third)
  const cem = openProject(third)
  cem.settings.set({ annotator: 'Cem' })
  mark(cem, 'Cem', [[0, 1, 1]], 4000)
  cem.close()
  await startMerge(workspace, other).done
  expect(await startMerge(workspace, third).done).toMatchObject({ disputed: 1, taken: 0 })
  const [{ statements }] = project.disputes.ofImage(idOf(0))
  expect(statements.map(({ annotator, state }) => [annotator, state])).toEqual([
    ['Anna', 1],
    ['Ben', -1],
    ['Cem', 1],
  ])

  const strangers = await pictureProject(2, newApplication())
  const file = strangers.workspace.project.path
  const stranger = openProject(third)
  stranger.close()
  await expect(startMerge(strangers.workspace, path.join(folder, 'none.surmise')).done).rejects.toMatchObject({
    code: expect.any(String),
  })
  // Pictures of the same names and contents are the same, whichever project they are in.
  expect((await startMerge(workspace, file).done).images.matched).toBe(2)
  expect(() => copyProject(project.path, third)).toThrowError(expect.objectContaining({ code: 'project-exists' }))
})
