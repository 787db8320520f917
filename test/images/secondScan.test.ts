import { mkdir, rename, rm, utimes } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { picture, quarters, temporaryFolder, write } from './pictures.ts'
import { TestProject } from './project.ts'

const idOf = (project: TestProject, file: string) => project.find(file)?.id

describe('a second scan', () => {
  async function project(files: Record<string, number>): Promise<TestProject> {
    const folder = temporaryFolder()
    for (const [name, seed] of Object.entries(files)) await write(folder, name, await picture(seed))
    const result = new TestProject(folder)
    await result.scan()
    return result
  }
  const at = (project: TestProject, file: string) => path.join(project.root, file)

  test('of the same folder reads nothing', async () => {
    const p = await project({ 'a.png': 1, 'b.png': 2 })
    expect(await p.scan()).toMatchObject({ unchanged: 2, moved: [], changed: [], missing: [], added: [] })
    expect(p.reports.at(-1)).toMatchObject({ total: 0 })
  })

  test('finds renamed and moved files, a whole folder too', async () => {
    const p = await project({ 'a.png': 1, 'd/b.png': 2, 'd/c.png': 3 })
    const ids = ['a.png', 'd/b.png', 'd/c.png'].map((file) => idOf(p, file))
    await rename(at(p, 'a.png'), at(p, 'z.png'))
    await rename(at(p, 'd'), at(p, 'e'))
    expect((await p.scan()).moved).toHaveLength(3)
    expect(['z.png', 'e/b.png', 'e/c.png'].map((file) => idOf(p, file))).toEqual(ids)
  })

  test('finds two files that swapped names', async () => {
    const p = await project({ 'a.png': 1, 'b.png': 2 })
    const [a, b] = [idOf(p, 'a.png'), idOf(p, 'b.png')]
    for (const [i, file] of ['a.png', 'b.png'].entries()) await utimes(at(p, file), i + 1, i + 1)
    await p.scan()
    await rename(at(p, 'a.png'), at(p, 't'))
    await rename(at(p, 'b.png'), at(p, 'a.png'))
    await rename(at(p, 't'), at(p, 'b.png'))
    expect((await p.scan()).moved).toHaveLength(2)
    expect([idOf(p, 'a.png'), idOf(p, 'b.png')]).toEqual([b, a])
  })

  test('keeps the labels of an edited file', async () => {
    const p = await project({ 'a.png': 1 })
    const id = idOf(p, 'a.png')
    await write(p.root, 'a.png', await picture(9))
    expect(await p.scan()).toMatchObject({ moved: [], missing: [], added: [], changed: [{ file: { path: 'a.png' } }] })
    expect(idOf(p, 'a.png')).toBe(id)
  })

  test('follows the content when another file takes the name', async () => {
    const p = await project({ 'a.png': 1 })
    const id = idOf(p, 'a.png')
    await rename(at(p, 'a.png'), at(p, 'b.png'))
    await write(p.root, 'a.png', await picture(9))
    const result = await p.scan()
    expect(result.moved.map(({ id, file }) => [id, file.path])).toEqual([[id, 'b.png']])
    expect(result.added.map((file) => file.path)).toEqual(['a.png'])
    expect(idOf(p, 'b.png')).toBe(id)
  })

  test('of a file that replaced another calls the replaced one missing', async () => {
    const p = await project({ 'a.png': 1, 'b.png': 2 })
    const [a, b] = [idOf(p, 'a.png'), idOf(p, 'b.png')]
    await rename(at(p, 'b.png'), at(p, 'a.png'))
    await utimes(at(p, 'a.png'), 5, 5)
    expect(await p.scan()).toMatchObject({ missing: [a], moved: [{ id: b }] })
    expect(idOf(p, 'a.png')).toBe(b)
  })

  test('prefers the same name among equal contents', async () => {
    const p = await project({ 'one/a.png': 1, 'one/b.png': 1 })
    const ids = ['one/a.png', 'one/b.png'].map((file) => idOf(p, file))
    await mkdir(at(p, 'two'))
    await mkdir(at(p, '0'))
    await rename(at(p, 'one/a.png'), at(p, 'two/a.png'))
    await rename(at(p, 'one/b.png'), at(p, '0/b.png'))
    await p.scan()
    expect(['two/a.png', '0/b.png'].map((file) => idOf(p, file))).toEqual(ids)
  })

  test('takes a copy for a new image', async () => {
    const p = await project({ 'a.png': 1 })
    const id = idOf(p, 'a.png')
    await write(p.root, '0-copy.png', await picture(1))
    expect(await p.scan()).toMatchObject({ unchanged: 1, moved: [], missing: [] })
    expect(idOf(p, 'a.png')).toBe(id)
    expect(p.present).toHaveLength(2)
  })

  test('finds deleted files, and finds them again', async () => {
    const p = await project({ 'a.png': 1, 'b.png': 2 })
    const id = idOf(p, 'a.png')
    await rm(at(p, 'a.png'))
    expect(await p.scan()).toMatchObject({ missing: [id], unchanged: 1 })
    expect(await p.scan()).toMatchObject({ missing: [], unchanged: 1 })
    await write(p.root, 'back/a.png', await picture(1))
    expect(await p.scan()).toMatchObject({ moved: [{ id }] })
    expect(idOf(p, 'back/a.png')).toBe(id)
    await rm(at(p, 'back/a.png'))
    await p.scan()
    await write(p.root, 'back/a.png', await picture(7))
    expect(await p.scan()).toMatchObject({ changed: [{ id }], added: [] })
  })

  test('looks again at broken files, and says nothing if they still are', async () => {
    const p = await project({ 'a.png': 1 })
    await write(p.root, 'b.jpg', 'broken')
    await write(p.root, 'c.jpg', '')
    await p.scan()
    expect(await p.scan()).toMatchObject({ unchanged: 3, changed: [], added: [] })
    await write(p.root, 'b.jpg', await quarters(40, 30).jpeg().toBuffer())
    expect(await p.scan()).toMatchObject({ unchanged: 2, changed: [{ file: { path: 'b.jpg', status: 'ok' } }] })
  })

  test('tells a new date of the same content', async () => {
    const p = await project({ 'a.png': 1 })
    await utimes(at(p, 'a.png'), 99, 99)
    expect(await p.scan()).toMatchObject({ changed: [{ file: { path: 'a.png', mtimeMs: 99_000 } }] })
    expect(await p.scan()).toMatchObject({ unchanged: 1 })
  })
})
