import { describe, expect, test } from 'vitest'
import { Relations } from '../../src/main/project/labels/relations.ts'
import { newProject, userError } from './support.ts'

/** Animals with dogs and cats below them, of which an image shows one kind; poodles below dogs. */
function animals() {
  const images = ['a.jpg', 'b.jpg', 'c.jpg']
  const project = newProject({ labels: ['animal', 'dog', 'cat', 'poodle', 'tree'], images })
  const [animal, dog, cat, poodle, tree] = project.labels.list().map(({ id }) => id)
  project.labels.update(dog, { parentId: animal, group: 'kind', exclusive: true })
  project.labels.update(cat, { parentId: animal, group: 'kind' })
  project.labels.update(poodle, { parentId: dog })
  return { project, relations: new Relations(project.labels.list()), animal, dog, cat, poodle, tree }
}

describe('what follows from a label', () => {
  test('present: its parents are, and what excludes it is not, nor what is below that', () => {
    const { relations, animal, dog, cat, poodle, tree } = animals()
    expect(new Map(relations.impliedBy(poodle, 1))).toEqual(
      new Map([
        [dog, 1],
        [animal, 1],
        [cat, -1],
      ]),
    )
    expect(new Map(relations.impliedBy(cat, 1))).toEqual(
      new Map([
        [dog, -1],
        [poodle, -1],
        [animal, 1],
      ]),
    )
    expect(relations.impliedBy(animal, 1).size).toBe(0)
    expect(relations.impliedBy(tree, 1).size).toBe(0)
  })

  test('absent: its children are', () => {
    const { relations, animal, dog, cat, poodle } = animals()
    const absent = [dog, cat, poodle]
    expect(new Map(relations.impliedBy(animal, -1))).toEqual(new Map(absent.map((id) => [id, -1])))
    expect([...relations.impliedBy(dog, -1)]).toEqual([[poodle, -1]])
    expect(relations.impliedBy(cat, -1).size).toBe(0)
  })

  test('is nothing where labels have nothing to do with each other', () => {
    const project = newProject({ labels: ['a', 'b'] })
    expect(new Relations(project.labels.list()).none).toBe(true)
    expect(animals().relations.none).toBe(false)
  })

  test('one label decided takes along what was decided otherwise; several fill in only what is unknown', async () => {
    const { project, relations, animal, dog, cat, poodle, tree } = animals()
    const matrix = await project.states.matrix()
    project.states.set([{ imageId: 1, labelId: dog, state: 1 }], { title: 'dog' })
    expect(relations.following([{ imageId: 1, labelId: cat, state: 1 }], matrix)).toEqual([
      { imageId: 1, labelId: dog, state: -1, score: null },
      { imageId: 1, labelId: poodle, state: -1, score: null },
      { imageId: 1, labelId: animal, state: 1, score: null },
    ])
    const several = [
      { imageId: 1, labelId: cat, state: 1 as const },
      { imageId: 1, labelId: tree, state: -1 as const },
      { imageId: 1, labelId: poodle, state: 0 as const },
    ]
    expect(relations.following(several, matrix)).toEqual([{ imageId: 1, labelId: animal, state: 1, score: null }])
    expect(relations.following([{ imageId: 1, labelId: cat, state: 0 }], matrix)).toEqual([])
  })

  test('comes along image by image where many are decided together, and overturns nothing', async () => {
    const { project, relations, animal, dog, cat, poodle } = animals()
    project.states.set([{ imageId: 1, labelId: cat, state: 1 }], { title: 'cat' })
    const changes = [
      { imageId: 1, labelId: poodle, state: 1 as const },
      { imageId: 2, labelId: cat, state: 1 as const },
      { imageId: 2, labelId: dog, state: -1 as const },
    ]
    const all = [...relations.withFollowing(changes, await project.states.matrix())]
    expect(all).toEqual([
      changes[0],
      { imageId: 1, labelId: dog, state: 1, score: null },
      { imageId: 1, labelId: animal, state: 1, score: null },
      ...changes.slice(1),
      { imageId: 2, labelId: poodle, state: -1, score: null },
      { imageId: 2, labelId: animal, state: 1, score: null },
    ])
    expect([...new Relations([]).withFollowing(changes, await project.states.matrix())]).toEqual(changes)
  })

  test('is filled in for what is known already, and nothing known is touched', async () => {
    const { project, relations, animal, dog, cat, poodle } = animals()
    const known = [
      { imageId: 1, labelId: poodle, state: 1 as const },
      { imageId: 1, labelId: cat, state: 1 as const },
      { imageId: 2, labelId: animal, state: -1 as const },
      { imageId: 2, labelId: dog, state: 1 as const },
    ]
    project.states.set(known, { title: 'known' })
    const gaps = [...relations.gaps(await project.states.matrix())].sort(
      (a, b) => a.imageId - b.imageId || a.labelId - b.labelId,
    )
    expect(gaps).toEqual([
      { imageId: 1, labelId: animal, state: 1 },
      // The poodle says that it is, the cat that it is not.
      { imageId: 1, labelId: dog, state: 1 },
      { imageId: 2, labelId: cat, state: -1 },
      { imageId: 2, labelId: poodle, state: -1 },
    ])
  })
})

describe('relations', () => {
  test('never go round in a circle', () => {
    const { project, animal, dog, poodle } = animals()
    for (const parentId of [poodle, dog]) {
      const error = userError(() => project.labels.update(dog, { parentId }))
      expect(error).toMatchObject({ code: 'label-parent', message: expect.stringContaining('dog') })
    }
    expect(userError(() => project.labels.update(animal, { parentId: poodle })).code).toBe('label-parent')
    expect(userError(() => project.labels.update(animal, { group: 'a\nb' })).code).toBe('label-group')
    expect(project.labels.get(animal)).toMatchObject({ parentId: null, group: '' })
  })

  test('one label of a group says it for all; a label that leaves excludes nothing', () => {
    const { project, dog, cat } = animals()
    expect(project.labels.get(cat)).toMatchObject({ group: 'kind', exclusive: true })
    project.labels.update(cat, { exclusive: false })
    expect(project.labels.get(dog)).toMatchObject({ group: 'kind', exclusive: false })
    project.labels.update(cat, { exclusive: true })
    project.labels.update(cat, { group: '' })
    expect(project.labels.get(cat)).toMatchObject({ group: '', exclusive: false })
    expect(project.labels.get(dog)!.exclusive).toBe(true)
  })

  test('are undone and done again; a removed parent leaves its children, and comes back above them', async () => {
    const { project, animal, dog } = animals()
    const before = project.labels.list()
    project.labels.update(dog, { parentId: null, group: 'pets', examples: [2, 1, 2] })
    expect(project.labels.get(dog)).toMatchObject({ parentId: null, group: 'pets', exclusive: false, examples: [2, 1] })
    await project.history.undo()
    expect(project.labels.list()).toEqual(before)
    await project.history.redo()
    expect(project.labels.get(dog)).toMatchObject({ group: 'pets', examples: [2, 1] })
    await project.history.undo()
    project.labels.remove(animal)
    expect(project.labels.list()[0]).toMatchObject({ id: dog, parentId: null })
    expect(new Relations(project.labels.list()).impliedBy(dog, 1).has(animal)).toBe(false)
    await project.history.undo()
    expect(project.labels.list()).toEqual(before)
  })
})
