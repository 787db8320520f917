import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeCoco } from '../../src/main/exchange/formats/coco/export.ts'
import { planOf, withImages } from './cocoProject.ts'
import { temporaryFolder } from './folder.ts'
import { MemoryProject } from './memoryProject.ts'

describe('our own file', () => {
  async function exported(project: MemoryProject): Promise<string> {
    const file = path.join(temporaryFolder(), 'own.json')
    await writeCoco(project.source(), file, { appVersion: '0' })
    return readFileSync(file, 'utf8')
  }

  test('finds images that have moved, and labels that were renamed, by their identity', async () => {
    const project = withImages('a.jpg', 'b.jpg')
    const dog = project.label('dog')
    project.mark(1, dog, 1)
    const text = await exported(project)
    project.states.clear()
    // The names went round in a circle: by path alone the label would be on the wrong image.
    project.images[0].path = 'b.jpg'
    project.images[1].path = 'a.jpg'
    project.labels[0].name = 'hound'
    const plan = await planOf(text, project)
    expect(plan.preview).toMatchObject({
      images: { by: { uid: 2, path: 0 } },
      labels: [{ name: 'hound', known: true }],
    })
    await plan.apply(project)
    expect(project.told()).toEqual({ 'b.jpg': { hound: 'present' } })
  })

  test('a file that only says that it has such identities is not believed', async () => {
    const project = withImages('a.jpg', 'b.jpg')
    const [a, b] = project.images
    const plan = await planOf(
      {
        images: [{ id: 1, file_name: 'a.jpg', uid: b.uid }],
        categories: [{ id: 1, name: 'dog', uid: 'x', color: '#112233', key: 'd' }],
        annotations: [
          {
            id: 1,
            image_id: 1,
            category_id: 1,
            attributes: { source: 'human', decided_at: '2020-01-01T00:00:00Z', annotator: 'Eve' },
          },
        ],
      },
      project,
    )
    await plan.apply(project)
    expect(project.statesOf(a.id)).toMatchObject([{ source: 'import', decidedAt: project.now, annotator: null }])
    expect(project.labels[0].uid).not.toBe('x')
    expect(project.images[0].uid).toBe(a.uid)
  })

  test('takes a shortcut or a colour only if the project can', async () => {
    const project = withImages('a.jpg')
    project.label('dog', { key: 'd' })
    project.label('cat', { key: 'c' })
    const text = await exported(project)
    const other = withImages('a.jpg')
    other.label('duck', { key: 'd' })
    const plan = await planOf(text.replace('"color":"#000000"', '"color":"javascript:alert(1)"'), other)
    expect(plan.preview.problems).toMatchObject([
      { code: 'no-annotations' },
      { code: 'key-taken', examples: ['d: dog'] },
    ])
    await plan.apply(other)
    expect(other.labels.map(({ name, key, colour }) => [name, key, colour])).toEqual([
      ['duck', 'd', '#000000'],
      ['dog', null, '#000000'],
      ['cat', 'c', '#000000'],
    ])
  })

  test('of a newer version is refused', async () => {
    const text = (await exported(withLabel())).replace('"schema_version":1', '"schema_version":2')
    await expect(planOf(text, withImages())).rejects.toMatchObject({ code: 'coco-too-new' })
  })

  test('names a model that it doesn’t describe', async () => {
    const project = withLabel()
    project.models = [
      {
        id: 1,
        uid: 'm',
        createdAt: 5,
        kind: 'sst',
        backbone: 'x',
        seed: null,
        device: null,
        metrics: null,
        labelIds: [],
      },
    ]
    project.mark(1, 5, 1, { modelId: 1, score: 0.5, source: 'accepted_suggestion' })
    const text = (await exported(project)).replace(/"models":\[.*?\],/, '"models":[null,{"uid":""},{"kind":"x"}],')
    const fresh = withImages('a.jpg')
    const plan = await planOf(text, fresh)
    expect(plan.preview.problems).toMatchObject([{ code: 'model-entry', count: 3 }])
    await plan.apply(fresh)
    expect(fresh.models).toMatchObject([{ uid: 'm', kind: 'unknown' }])
    expect(fresh.statesOf(1)).toMatchObject([
      { modelId: fresh.models[0].id, score: 0.5, source: 'accepted_suggestion' },
    ])
  })

  function withLabel(): MemoryProject {
    const project = withImages('a.jpg')
    project.label('dog')
    return project
  }
})

describe('matching images', () => {
  const sha = (letter: string) => letter.repeat(64)

  test('by path, however it is written; then by content; then by a name that is unique on both sides', async () => {
    const project = new MemoryProject()
    project.image('sub/a.jpg')
    project.image('Zu\u0308rich/b.jpg')
    project.image('moved/c.jpg', { sha256: sha('c') })
    project.image('deep/down/d.jpg')
    project.image('x/e.jpg')
    project.image('y/e.jpg')
    project.image('f1.jpg', { sha256: sha('f') })
    project.image('f2.jpg', { sha256: sha('f') })
    const names = ['.\\sub\\a.jpg', 'Z\u00fcrich/b.jpg', 'old/c2.jpg', 'D:/data/d.jpg', 'e.jpg', 'f.jpg', 'unknown.jpg']
    const plan = await planOf(
      {
        images: names.map((file_name, id) => ({
          id,
          file_name,
          ...(id === 2 && { sha256: sha('C') }),
          ...(id === 5 && { sha256: sha('f') }),
        })),
        categories: [{ id: 1, name: 'dog' }],
        annotations: names.map((_, id) => ({ id, image_id: id, category_id: 1 })),
      },
      project,
    )
    expect(plan.preview.images).toEqual({
      inFile: 7,
      matched: 4,
      by: { uid: 0, path: 2, sha256: 1, name: 1 },
      unmatched: 3,
      unmatchedPaths: ['e.jpg', 'f.jpg', 'unknown.jpg'],
      ambiguous: 2,
      ambiguousPaths: ['e.jpg', 'f.jpg'],
    })
    expect(plan.preview.problems).toMatchObject([{ code: 'image-ambiguous', count: 2, examples: ['e.jpg', 'f.jpg'] }])
    await plan.apply(project)
    expect(Object.keys(project.told())).toEqual(['sub/a.jpg', 'Zu\u0308rich/b.jpg', 'moved/c.jpg', 'deep/down/d.jpg'])
  })

  test('an image that one entry means is not given to another by its name', async () => {
    const project = withImages('a.jpg')
    const plan = await planOf(
      {
        images: [
          { id: 1, file_name: 'old/a.jpg' },
          { id: 2, file_name: 'a.jpg' },
        ],
        categories: [{ id: 1, name: 'dog' }],
        annotations: [{ id: 1, image_id: 1, category_id: 1 }],
      },
      project,
    )
    expect(plan.preview.images).toMatchObject({ matched: 1, unmatchedPaths: ['old/a.jpg'] })
    await plan.apply(project)
    expect(project.told()).toEqual({})
  })

  test('an image whose file is gone gets its labels, unless another has its path now', async () => {
    const project = new MemoryProject()
    project.image('a.jpg', { problem: { code: 'missing', message: 'x' } })
    project.image('b.jpg', { problem: { code: 'missing', message: 'x' } })
    project.image('b.jpg')
    const plan = await planOf(
      {
        images: ['a.jpg', 'b.jpg'].map((file_name, id) => ({ id, file_name })),
        categories: [{ id: 1, name: 'dog' }],
        annotations: [0, 1].map((id) => ({ id, image_id: id, category_id: 1 })),
      },
      project,
    )
    await plan.apply(project)
    expect([1, 2, 3].map((id) => project.statesOf(id).length)).toEqual([1, 0, 1])
  })
})
