import { expect, test } from 'vitest'
import { ids, newProject } from './support.ts'

const names = Array.from({ length: 7 }, (_, i) => `label ${i}`)

/** A project with 900 images and 7 labels; something is known of the images in the middle. */
function halfKnown() {
  const project = newProject({ labels: names, images: Array.from({ length: 900 }, (_, i) => `${i}.jpg`) })
  const [images, labels] = [ids(project), project.labels.list().map(({ id }) => id)]
  project.states.set(
    images.slice(300, 320).map((imageId) => ({ imageId, labelId: labels[0], state: -1 })),
    { title: 'before' },
  )
  return { project, images, labels }
}

test('new states, and states of images of which something is known, are one action: counts, undo and redo are right', async () => {
  const { project, images, labels } = halfKnown()
  const before = images.map((id) => project.states.ofImage(id))
  // Not by image, some pairs twice, some said again as they are.
  const changes = labels.flatMap((labelId, column) =>
    images.flatMap((imageId, row) => {
      const state = (row + column) % 2 === 0 ? (1 as const) : (-1 as const)
      const once = { imageId, labelId, state, source: 'import' as const, decidedAt: 5 }
      return row % 10 === 0 ? [{ ...once, state: state === 1 ? (-1 as const) : (1 as const) }, once] : [once]
    }),
  )
  const ordered = changes.toSorted((a, b) => a.imageId - b.imageId)
  for (const given of [changes, ordered]) {
    const changed = await project.editLarge({ title: 'all' }, (edit) => edit.setStates(given))
    // A pair that came twice, in two batches, has changed twice.
    expect(changed).toBeGreaterThanOrEqual(images.length * labels.length)
    const after = images.map((id) => project.states.ofImage(id))
    after.forEach((states, row) => {
      expect(states.map(({ state }) => state)).toEqual(labels.map((_, column) => ((row + column) % 2 === 0 ? 1 : -1)))
    })
    expect(project.labels.list().map(({ presentCount, absentCount }) => presentCount + absentCount)).toEqual(
      labels.map(() => images.length),
    )
    expect(project.images.counts().started).toBe(images.length)
    expect(await project.check()).toEqual([])
    await project.history.undo()
    expect(images.map((id) => project.states.ofImage(id))).toEqual(before)
    expect(project.images.counts().started).toBe(20)
    await project.history.redo()
    expect(images.map((id) => project.states.ofImage(id))).toEqual(after)
    await project.history.undo()
  }
})

test('set, cleared and set again in one action is one change from what was before it', () => {
  const { project, images, labels } = halfKnown()
  const [imageId, labelId] = [images[300], labels[0]]
  project.edit({ title: 'there and back' }, (edit) => {
    edit.setState({ imageId, labelId, state: 0 })
    expect(edit.changedStates).toBe(1)
    edit.setState({ imageId, labelId, state: 1 })
  })
  expect(project.states.ofImage(imageId).map(({ state }) => state)).toEqual([1])
  project.history.undo()
  expect(project.states.ofImage(imageId).map(({ state }) => state)).toEqual([-1])
})
