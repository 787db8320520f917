import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { acceptSuggestions, once, redo, setMarks, undo } from '../../src/main/app/marks/marks.ts'
import type { Workspace } from '../../src/main/app/workspace.ts'
import { scored } from './scored.ts'
import { newApplication } from './support.ts'

const marks = (workspace: Workspace, state: 1 | -1 | 0, sent?: { id: string; project: string }) =>
  once(workspace, sent, (sentAs) => setMarks(workspace, [{ imageId: 1, labelId: 1, state }], sentAs))
const stateOf = ({ project }: Workspace) => project.states.ofImage(1).find(({ labelId }) => labelId === 1)?.state ?? 0

test('what is sent twice is done once, across a restart, whatever somebody else did between', async () => {
  const application = newApplication()
  const workspace = await scored(application, [[0.9, 0.5, 0.5]])
  const project = workspace.project.uuid
  const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()].map((id) => ({ id, project }))
  await marks(workspace, 1, first)
  // Another person takes it back before the page hears that it was done.
  await marks(workspace, 0)
  await application.close()
  const again = await application.open(workspace.project.path)
  expect(await marks(again, 1, first)).toMatchObject({
    changed: 0,
    title: 'Mark “dog” present',
    undoTitle: 'Clear “dog”',
  })
  expect(stateOf(again)).toBe(0)

  // An undo is one step, however often it is sent.
  await once(again, second, (sentAs) => undo(again, sentAs))
  expect(stateOf(again)).toBe(1)
  await once(again, second, (sentAs) => undo(again, sentAs))
  expect(stateOf(again)).toBe(1)
  await once(again, third, (sentAs) => redo(again, sentAs))
  await once(again, third, (sentAs) => redo(again, sentAs))
  expect(stateOf(again)).toBe(0)
  const fourth = { id: randomUUID(), project }
  const accept = () => once(again, fourth, (sentAs) => acceptSuggestions(again, [{ imageId: 1, labelId: 1 }], sentAs))
  expect((await accept()).changed).toBe(1)
  await marks(again, 0)
  expect((await accept()).changed).toBe(0)
  expect(stateOf(again)).toBe(0)
})

test('what was meant for another project is not done, and says so', async () => {
  const workspace = await scored(newApplication(), [[0.9, 0.5, 0.5]])
  const sent = { id: randomUUID(), project: randomUUID() }
  await expect(marks(workspace, 1, sent)).rejects.toMatchObject({ code: 'project-changed' })
  expect(stateOf(workspace)).toBe(0)
})
