import { describe, expect, test } from 'vitest'
import type { StoredFilter } from '../../src/main/domain/imageFilter.ts'
import { openProject } from '../../src/main/project/file/open.ts'
import { naturalOrderKey } from '../../src/main/project/images/path.ts'
import type { Project } from '../../src/main/project/project.ts'
import { brokenFile, closing, ids, newProject, scanned } from './support.ts'

const ugly = [
  'Zürich/Straße 1.jpg',
  'Zu\u0308rich/zerlegt.jpg',
  '日本/犬.png',
  '🐕/🦺.webp',
  "it's/100%_[a]?.jpg",
  'a\\b.jpg',
  ' spaces .jpg',
  'عربي/صورة.jpg',
  '\u202eright-to-left.jpg',
]

/** The paths that the filter lets through, in order. */
function paths(project: Project, filter: StoredFilter = {}): string[] {
  return project.images.many(project.images.ids(filter)).map((image) => image.path)
}

describe('a scan', () => {
  test('adds images, whatever their names', () => {
    const project = newProject({ images: ugly })
    expect(new Set(paths(project))).toEqual(new Set(ugly))
    project.close()
    const again = closing(openProject(project.path))
    expect(new Set(paths(again))).toEqual(new Set(ugly))
    expect(again.images.byPath('Zu\u0308rich/zerlegt.jpg')).toMatchObject({ width: 640, status: 'ok', problem: null })
    expect(again.images.byPath('Z\u00fcrich/zerlegt.jpg')).toBeUndefined()
  })

  test('keeps every label through moves, swaps, changes, loss and return', async () => {
    const project = newProject({ labels: ['dog'], images: ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'] })
    const [a, b, c, d] = ids(project)
    const [dog] = project.labels.list()
    project.states.set([{ imageId: a, labelId: dog.id, state: 1 }], { title: 'Mark' })
    project.states.set([{ imageId: b, labelId: dog.id, state: -1 }], { title: 'Mark' })
    const stateOf = (id: number) => project.states.ofImage(id)[0]?.state

    // a and b swapped names, c went to a new folder, d is gone, and another file took d's place.
    project.images.applyScan({
      moved: [
        { id: a, file: scanned('b.jpg', 'a.jpg') },
        { id: b, file: scanned('a.jpg', 'b.jpg') },
        { id: c, file: scanned('new/c.jpg', 'c.jpg') },
      ],
      missing: [d],
      added: [scanned('d.jpg', 'another')],
    })
    expect(project.images.many([a, b, c, d])).toMatchObject([
      { path: 'b.jpg', status: 'ok' },
      { path: 'a.jpg', status: 'ok' },
      { path: 'new/c.jpg', status: 'ok' },
      { path: 'd.jpg', status: 'missing', problem: { code: 'missing' } },
    ])
    expect([a, b, c].map(stateOf)).toEqual([1, -1, undefined])
    const e = project.images.byPath('d.jpg')!.id
    expect(e).not.toBe(d)

    // d comes back elsewhere; b breaks; a is edited in place.
    project.images.applyScan({
      moved: [{ id: d, file: scanned('found/d.jpg', 'd.jpg') }],
      changed: [
        { id: b, file: brokenFile('a.jpg') },
        { id: a, file: scanned('b.jpg', 'edited') },
      ],
    })
    expect(project.images.get(b)).toMatchObject({
      status: 'broken',
      width: 640,
      problem: { code: 'empty', message: 'The file is empty.' },
    })
    expect([a, b].map(stateOf)).toEqual([1, -1])
    expect(project.images.counts()).toEqual({ total: 5, ok: 4, missing: 0, broken: 1, started: 2 })
    project.images.applyScan({ changed: [{ id: b, file: scanned('a.jpg', 'b.jpg') }] })
    expect(project.images.get(b)).toMatchObject({ status: 'ok', problem: null })
    expect(await project.check()).toEqual([])
  })

  test('in batches, in any order: a path belongs to the last file found there', () => {
    const project = newProject({ images: ['a.jpg', 'b.jpg'] })
    const [a, b] = ids(project)
    project.images.applyScan({ moved: [{ id: a, file: scanned('b.jpg', 'a.jpg') }] })
    expect(project.images.many([a, b])).toMatchObject([{ path: 'b.jpg', status: 'ok' }, { status: 'missing' }])
    project.images.applyScan({ moved: [{ id: b, file: scanned('a.jpg', 'b.jpg') }] })
    expect(project.images.many([a, b])).toMatchObject([
      { path: 'b.jpg', status: 'ok' },
      { path: 'a.jpg', status: 'ok' },
    ])
  })

  test('told twice is the same as told once', () => {
    const project = newProject({ images: ['a.jpg', 'b.jpg'] })
    const before = [...project.images.known()]
    project.images.applyScan({ added: ['a.jpg', 'b.jpg'].map((file) => scanned(file)) })
    expect([...project.images.known()]).toEqual(before)
  })

  test('is whole or not at all', () => {
    const project = newProject({ images: ['a.jpg'] })
    const batch = { added: [scanned('b.jpg')], changed: [{ id: 99, file: scanned('c.jpg') }] }
    expect(() => project.images.applyScan(batch)).toThrow('no image 99')
    expect(paths(project)).toEqual(['a.jpg'])
  })

  test('lists broken files with the reason', () => {
    const project = newProject()
    project.images.applyScan({ added: [scanned('a.jpg'), brokenFile('empty.jpg')] })
    expect(paths(project, { status: ['broken'] })).toEqual(['empty.jpg'])
    expect(project.images.byPath('empty.jpg')?.problem).toEqual({ code: 'empty', message: 'The file is empty.' })
  })
})

describe('filters', () => {
  function marked(): Project {
    const project = newProject({ labels: ['dog', 'cat'], images: ['a/1.jpg', 'a/2.jpg', 'a/b/3.jpg', 'ab/4.jpg'] })
    const [dog, cat] = project.labels.list().map(({ id }) => id)
    const [one, two, three] = ids(project)
    project.states.set(
      [
        { imageId: one, labelId: dog, state: 1 },
        { imageId: one, labelId: cat, state: -1 },
        { imageId: two, labelId: dog, state: -1 },
        { imageId: three, labelId: cat, state: 1 },
      ],
      { title: 'Mark' },
    )
    return project
  }

  test.each<[StoredFilter, string[]]>([
    [{}, ['a/1.jpg', 'a/2.jpg', 'a/b/3.jpg', 'ab/4.jpg']],
    [{ labels: [{ labelId: 1, is: 'present' }] }, ['a/1.jpg']],
    [{ labels: [{ labelId: 1, is: 'absent' }] }, ['a/2.jpg']],
    [{ labels: [{ labelId: 1, is: 'known' }] }, ['a/1.jpg', 'a/2.jpg']],
    [{ labels: [{ labelId: 1, is: 'unknown' }] }, ['a/b/3.jpg', 'ab/4.jpg']],
    [
      {
        labels: [
          { labelId: 1, is: 'unknown' },
          { labelId: 2, is: 'unknown' },
        ],
      },
      ['ab/4.jpg'],
    ],
    [
      {
        labels: [
          { labelId: 1, is: 'present' },
          { labelId: 2, is: 'absent' },
        ],
      },
      ['a/1.jpg'],
    ],
    [{ known: 'nothing' }, ['ab/4.jpg']],
    [{ known: 'something' }, ['a/1.jpg', 'a/2.jpg', 'a/b/3.jpg']],
    [{ known: 'everything' }, ['a/1.jpg']],
    [{ folder: 'a' }, ['a/1.jpg', 'a/2.jpg', 'a/b/3.jpg']],
    [{ folder: 'a/b/' }, ['a/b/3.jpg']],
    [{ text: 'A/ 2' }, ['a/2.jpg']],
    [{ text: '%' }, []],
    [{ status: ['missing', 'broken'] }, []],
    [{ status: [] }, []],
    [
      { folder: 'a', known: 'something', text: 'jpg', labels: [{ labelId: 2, is: 'present' }], status: ['ok'] },
      ['a/b/3.jpg'],
    ],
  ])('%j', (filter, expected) => {
    const project = marked()
    expect(paths(project, filter)).toEqual(expected)
    expect(project.images.count(filter)).toBe(expected.length)
    expect(project.images.page(filter, { by: 'path' }, 1, 2).map((image) => image.path)).toEqual(expected.slice(1, 3))
  })

  test('a search minds neither case nor how a letter is composed', () => {
    const project = newProject({ images: ugly })
    expect(paths(project, { text: 'ZÜRICH' })).toHaveLength(2)
    expect(paths(project, { text: 'STRASSE 1' })).toEqual(['Zürich/Straße 1.jpg'])
    expect(paths(project, { text: "'s [a]?" })).toEqual(["it's/100%_[a]?.jpg"])
    expect(paths(project, { text: '犬' })).toEqual(['日本/犬.png'])
  })

  test('sorting', () => {
    const project = marked()
    const by = (sort: Parameters<Project['images']['ids']>[1]) => [...project.images.ids({}, sort)]
    expect(by({ by: 'added', descending: true })).toEqual([4, 3, 2, 1])
    expect(by({ by: 'known', descending: true })).toEqual([1, 3, 2, 4])
    expect(by({ by: 'modified' })).toEqual([1, 2, 3, 4])
    expect(by({ by: 'path', descending: true })).toEqual([4, 3, 2, 1])
  })

  test('paths sort as people count', () => {
    const expected = [
      'a/image2.jpg',
      'a/image10.jpg',
      'a/Image010b.jpg',
      'a/z/1.jpg',
      'a-b/1.jpg',
      'b9.jpg',
      'b12345678901234567890.jpg',
    ]
    const sorted = expected
      .toReversed()
      .toSorted((one, other) => (naturalOrderKey(one) < naturalOrderKey(other) ? -1 : 1))
    expect(sorted).toEqual(expected)
  })
})

test('many ids at once, in their order, without those that are not there', () => {
  const project = newProject({ images: Array.from({ length: 1300 }, (_, i) => `${i}.jpg`) })
  const wanted = [...ids(project).reverse(), 99_999, 1]
  expect(project.images.many(Int32Array.from(wanted)).map(({ id }) => id)).toEqual(wanted.filter((id) => id !== 99_999))
  expect([...project.images.known()]).toHaveLength(1300)
})
