import { expect, test } from 'vitest'
import { goTo } from '../../src/main/app/marks/history.ts'
import { setMarks } from '../../src/main/app/marks/marks.ts'
import type { Workspace } from '../../src/main/app/workspace.ts'
import { scored } from './scored.ts'
import { newApplication } from './support.ts'

/** Four marks, one an action. @returns the actions, the earliest first */
async function fourMarks(): Promise<{ workspace: Workspace; actions: number[] }> {
  const workspace = await scored(newApplication(), Array(5).fill([0.5, 0.5, 0.5]))
  for (const imageId of [1, 2, 3, 4]) await setMarks(workspace, [{ imageId, labelId: 1, state: 1 }])
  return {
    workspace,
    actions: workspace.project.history
      .list(9)
      .map(({ id }) => id)
      .reverse(),
  }
}

test('back and forth in the history: what is told is what was done', async () => {
  const { workspace, actions } = await fourMarks()
  expect(await goTo(workspace, actions[0])).toMatchObject({ kind: 'undo', steps: 3, of: 3, changed: 3 })
  expect(await goTo(workspace, actions[0])).toMatchObject({ steps: 0, of: 0, changed: 0 })
  expect(await goTo(workspace, actions[2])).toMatchObject({ kind: 'redo', steps: 2, of: 2, changed: 2 })
})

test('where something else is done on the way, no more is told than was undone', async () => {
  const { workspace, actions } = await fourMarks()
  const { project } = workspace
  let left = 2
  const stop = project.onChange(({ kind }) => {
    if (kind !== 'states' || --left !== 0) return
    stop()
    // After the second undo, and before the third.
    project.states.set([{ imageId: 5, labelId: 2, state: -1 }], { title: 'Somebody else' })
  })
  // Two are undone. What was done meanwhile stays, and so does what lies below it.
  expect(await goTo(workspace, actions[0])).toMatchObject({ kind: 'undo', steps: 2, of: 3, changed: 2 })
  expect([1, 2, 3, 4, 5].filter((imageId) => project.states.ofImage(imageId).length > 0)).toEqual([1, 2, 5])
})
