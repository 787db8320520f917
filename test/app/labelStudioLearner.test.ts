import { expect, test } from 'vitest'
import { Learner } from '../../src/main/app/labelStudio/learning.ts'
import type { Workspace } from '../../src/main/app/workspace.ts'
import { newProject } from '../project/support.ts'

/* Annotations of Label Studio that are changed or deleted there: the marks that came from them follow. */

const config = `<View><Image name="image" value="$image"/>
  <Choices name="present" toName="image" choice="multiple"><Choice value="left"/><Choice value="right"/></Choices>
  <Choices name="absent" toName="image" choice="multiple"><Choice value="left"/><Choice value="right"/></Choices></View>`

const minute = (n: number): string => `2026-01-15T10:${String(n).padStart(2, '0')}:00Z`

function started() {
  const project = newProject({ images: ['a.png', 'b.png'], labels: ['left', 'right'] })
  const learner = new Learner({ project } as Workspace)
  const image = project.images.byPath('a.png')!
  const labels = new Map(project.labels.list().map(({ name, id }) => [name, id]))
  /** Who said what there, under which number. */
  const say = (id: number, who: number, choices: Record<'present' | 'absent', string[]>, at = id, more: object = {}) =>
    learner.take({
      annotation: {
        ...{ id, completed_by: who, updated_at: minute(at) },
        result: Object.entries(choices).map(([from_name, chosen]) => ({
          ...{ from_name, to_name: 'image', type: 'choices', value: { choices: chosen } },
        })),
        ...more,
      },
      ...{ key: `3.${id}`, image, configuration: config },
    })
  const told = () =>
    Object.fromEntries(
      project.states
        .ofImage(image.id)
        .map(({ labelId, state, source, annotator }) => [
          [...labels].find(([, id]) => id === labelId)![0],
          `${state === 1 ? 'present' : 'absent'}, ${source} ${annotator}`,
        ]),
    )
  return { project, learner, image, labels, say, told }
}

const only = (...present: string[]) => ({ present, absent: [] })

test('a deleted annotation takes its marks along, in one action that can be undone', async () => {
  const { project, learner, say, told } = started()
  await say(1, 2, { present: ['left'], absent: ['right'] })
  const marks = { left: 'present, import 2', right: 'absent, import 2' }
  expect(told()).toEqual(marks)
  expect(await learner.forget(['3.1'])).toEqual({ changed: 2, unknown: 0 })
  expect(told()).toEqual({})
  expect(project.history.undoTitle).toBe('Label Studio: an annotation deleted')
  await project.history.undo()
  expect(told()).toEqual(marks)
  // It is told twice where two webhooks are set up.
  expect(await learner.forget(['3.1'])).toEqual({ changed: 0, unknown: 1 })
  expect(told()).toEqual(marks)
})

test('what a person has said here stays, whichever side they took', async () => {
  const { project, learner, image, labels, say, told } = started()
  await say(1, 2, only('left', 'right'))
  const mark = (name: string, state: 1 | -1) =>
    project.states.set([{ imageId: image.id, labelId: labels.get(name)!, state, annotator: 'Ann' }], { title: 'Mark' })
  mark('left', 1)
  mark('right', -1)
  const mine = { left: 'present, human Ann', right: 'absent, human Ann' }
  expect(told()).toEqual(mine)
  await say(1, 2, only(), 2)
  expect(told()).toEqual(mine)
  await learner.forget(['3.1'])
  expect(told()).toEqual(mine)
})

test('what another annotation says, too, stays, and is theirs then', async () => {
  const { learner, say, told } = started()
  await say(1, 2, only('left', 'right'))
  await say(2, 5, only('left'))
  await learner.forget(['3.1'])
  expect(told()).toEqual({ left: 'present, import 5' })
  // The same person may have answered twice.
  await say(3, 5, only('left'))
  await learner.forget(['3.2'])
  expect(told()).toEqual({ left: 'present, import 5' })
  await learner.forget(['3.3'])
  expect(told()).toEqual({})
})

test('two who differ: the first stands until it is deleted, then the other; a change to the opposite leaves it to the other', async () => {
  const { learner, say, told } = started()
  await say(1, 2, only('left'))
  expect(await say(2, 5, { present: [], absent: ['left'] })).toMatchObject({ changed: 0, conflicts: 1 })
  expect(told()).toEqual({ left: 'present, import 2' })
  await learner.forget(['3.1'])
  expect(told()).toEqual({ left: 'absent, import 5' })

  await say(3, 2, { present: [], absent: ['left'] })
  expect(await say(2, 5, only('left'), 4)).toMatchObject({ changed: 1, conflicts: 1 })
  expect(told()).toEqual({ left: 'absent, import 2' })
})

test('a changed annotation: the new answer, what it no longer says, and a skip', async () => {
  const { say, told } = started()
  await say(1, 2, only('left'))
  await say(1, 2, { present: ['right'], absent: ['left'] }, 2)
  expect(told()).toEqual({ left: 'absent, import 2', right: 'present, import 2' })
  await say(1, 2, only('right'), 3)
  expect(told()).toEqual({ right: 'present, import 2' })
  await say(1, 2, only('right'), 4, { was_cancelled: true })
  expect(told()).toEqual({})
  // One that says both says nothing.
  await say(1, 2, { present: ['left'], absent: ['left'] }, 5)
  expect(told()).toEqual({})
})

test('several at once, and while an import holds the project: none is lost', async () => {
  const { project, learner, say, told } = started()
  let finish = (): void => undefined
  const held = project.editLarge({ title: 'Import' }, () => new Promise<void>((resolve) => (finish = resolve)))
  const [a, b] = [say(1, 2, only('left')), say(2, 5, only('right'))]
  setTimeout(() => finish(), 100)
  await Promise.all([held, a, b])
  expect(told()).toEqual({ left: 'present, import 2', right: 'present, import 5' })
  expect(await learner.forget(['3.1', '3.2', '3.9'])).toEqual({ changed: 2, unknown: 1 })
  expect(project.history.undoTitle).toBe('Label Studio: 2 annotations deleted')
})
