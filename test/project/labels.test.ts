import { expect, test } from 'vitest'
import { defaultColour, swatches } from '../../src/main/project/labels/palette.ts'
import { ids, newProject, userError } from './support.ts'

test('names are trimmed, composed, and unique whatever their case', () => {
  const project = newProject()
  const cafe = project.labels.add({ name: '  Cafe\u0301 ' })
  expect(cafe.name).toBe('Café')
  for (const name of ['café', 'CAFÉ', 'Cafe\u0301', ' CAFE\u0301\t']) {
    const error = userError(() => project.labels.add({ name }))
    expect(error.code).toBe('label-name-taken')
    expect(error.message).toContain('Café')
  }
  expect(project.labels.byName('CAFÉ ')?.id).toBe(cafe.id)
  project.labels.add({ name: 'Straße' })
  expect(userError(() => project.labels.add({ name: 'STRASSE' })).code).toBe('label-name-taken')
  for (const name of ['', '  ', 'a\nb', 'a\0b', 'a\u2028b', '\ud800', 'x'.repeat(1001)]) {
    expect(userError(() => project.labels.add({ name })).code).toBe('label-name')
  }
  for (const name of ['犬', 'كلب', '🐕‍🦺', "Robert'); DROP TABLE label;--", '__proto__', '<b>', '=1+1']) {
    expect(project.labels.add({ name }).name).toBe(name)
  }
  expect(project.labels.list()).toHaveLength(9)
})

test('keys are unique, and may be none', () => {
  const project = newProject({ labels: ['dog', 'cat', 'cow'] })
  const [dog, cat, cow] = project.labels.list()
  expect(dog.key).toBeNull()
  project.labels.update(dog.id, { key: 'd' })
  expect(userError(() => project.labels.update(cat.id, { key: 'd' }))).toMatchObject({
    code: 'label-key-taken',
    message: expect.stringContaining('dog'),
  })
  expect(userError(() => project.labels.add({ name: 'duck', key: 'd' })).code).toBe('label-key-taken')
  expect(project.labels.byName('duck')).toBeUndefined()
  project.labels.update(dog.id, { key: null })
  project.labels.update(cat.id, { key: 'd' })
  project.labels.update(cat.id, { key: 'd' })
  project.labels.update(cow.id, { key: 'Shift+D' })
  expect(project.labels.list().map(({ key }) => key)).toEqual([null, 'd', 'Shift+D'])
  expect(userError(() => project.labels.update(cow.id, { key: '' })).code).toBe('label-key')
})

test('colours are of the form #rrggbb', () => {
  const project = newProject({ labels: ['dog'] })
  const [dog] = project.labels.list()
  expect(project.labels.update(dog.id, { colour: '#ABCDEF' }).colour).toBe('#abcdef')
  for (const colour of ['red', '#fff', '#12345g', 'url(x)']) {
    expect(userError(() => project.labels.update(dog.id, { colour })).code).toBe('label-colour')
  }
})

test('an edit of a label is undone and done again', async () => {
  const project = newProject({ labels: ['dog', 'cat'] })
  const [dog] = project.labels.list()
  project.labels.update(dog.id, { name: 'hound', colour: '#112233', key: 'h', description: 'long ears' })
  expect(project.history.undoTitle).toBe('Rename label “dog” to “hound”')
  await project.history.undo()
  expect(project.labels.get(dog.id)).toEqual(dog)
  expect(project.labels.byName('dog')?.id).toBe(dog.id)
  await project.history.redo()
  expect(project.labels.get(dog.id)).toMatchObject({
    name: 'hound',
    colour: '#112233',
    key: 'h',
    description: 'long ears',
  })
  expect(project.labels.byName('dog')).toBeUndefined()
})

test('an edit that changes nothing is no action', () => {
  const project = newProject({ labels: ['dog'] })
  const [dog] = project.labels.list()
  project.labels.update(dog.id, { name: 'dog', colour: dog.colour, key: null })
  project.labels.reorder([dog.id])
  expect(project.history.list(10)).toEqual([])
})

test('the case of a name can be changed', () => {
  const project = newProject({ labels: ['dog'] })
  expect(project.labels.update(1, { name: 'Dog' }).name).toBe('Dog')
})

test('order is set for all at once, and keeps the place of removed ones', async () => {
  const project = newProject({ labels: ['a', 'b', 'c', 'd'] })
  const names = () => project.labels.list().map(({ name }) => name)
  const [a, b, c, d] = project.labels.list().map(({ id }) => id)
  project.labels.remove(b)
  project.labels.reorder([d, a, c])
  expect(names()).toEqual(['d', 'a', 'c'])
  for (const order of [
    [d, a],
    [d, a, c, b],
    [d, a, a],
    [d, a, 99],
  ]) {
    expect(userError(() => project.labels.reorder(order)).code).toBe('label-order')
  }
  await project.history.undo()
  await project.history.undo()
  expect(names()).toEqual(['a', 'b', 'c', 'd'])
})

test('a removed label takes its states out of sight, and an undo brings all back', async () => {
  const project = newProject({ labels: ['dog', 'cat'], images: ['1.jpg', '2.jpg', '3.jpg'] })
  const [dog, cat] = project.labels.list()
  const [one, two] = ids(project)
  project.states.set(
    [
      { imageId: one, labelId: dog.id, state: 1 },
      { imageId: one, labelId: cat.id, state: -1 },
      { imageId: two, labelId: dog.id, state: -1 },
    ],
    { title: 'Mark' },
  )
  const before = { labels: project.labels.list(), one: project.images.get(one), states: project.states.ofImage(one) }
  project.labels.remove(dog.id)
  expect(project.labels.list().map(({ name }) => name)).toEqual(['cat'])
  expect(project.images.get(one)).toMatchObject({ presentCount: 0, absentCount: 1 })
  expect([...project.images.ids({ known: 'something' })]).toEqual([one])
  expect(project.states.ofImage(one)).toMatchObject([{ labelId: cat.id }])
  expect(userError(() => project.states.set([{ imageId: one, labelId: dog.id, state: -1 }], { title: 'x' })).code).toBe(
    'label-removed',
  )
  expect(userError(() => project.labels.update(dog.id, { name: 'x' })).code).toBe('label-removed')
  expect(userError(() => project.labels.remove(dog.id)).code).toBe('label-removed')
  // Its name and key are free now.
  project.labels.add({ name: 'Dog' })
  await project.history.undo()
  await project.history.undo()
  expect({ labels: project.labels.list(), one: project.images.get(one), states: project.states.ofImage(one) }).toEqual(
    before,
  )
  expect(await project.check()).toEqual([])
})

test('default colours differ, and can be read on light and dark', () => {
  const colours = Array.from({ length: 60 }, (_, index) => defaultColour(index))
  expect(new Set(colours).size).toBe(60)
  for (const colour of colours) {
    expect(colour).toMatch(/^#[0-9a-f]{6}$/)
    const luminance = luminanceOf(colour)
    expect(1.05 / (luminance + 0.05), colour).toBeGreaterThan(3)
    expect((luminance + 0.05) / (luminanceOf('#16181d') + 0.05), colour).toBeGreaterThan(3)
  }
  // The first twelve can be chosen from.
  expect([...swatches].sort()).toEqual(colours.slice(0, 12).sort())
  // Any twelve in a row are well apart.
  for (let start = 0; start < 24; start++) {
    const part = colours.slice(start, start + 12)
    for (const [index, one] of part.entries())
      for (const other of part.slice(index + 1)) expect(distance(one, other)).toBeGreaterThan(20)
  }
})

/** WCAG's relative luminance. */
function luminanceOf(colour: string): number {
  const [r, g, b] = channels(colour).map((value) => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function distance(one: string, other: string): number {
  const [a, b] = [channels(one), channels(other)]
  return Math.hypot(...a.map((value, index) => value - b[index]))
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
}
