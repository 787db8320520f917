import { expect, test } from 'vitest'
import { Connection, type ReadableDatabase } from '../../src/main/project/database.ts'
import type { ReadableProject } from '../../src/main/project/readable.ts'
import { newProject } from './support.ts'

test('whoever may only read a project has no way to write to it', () => {
  const project = newProject({ images: ['a.jpg'], labels: ['dog'] })
  const readable: ReadableProject = project
  expect(readable.images.count()).toBe(1)
  // Never called: each line would compile if the type had what it names, and then the type check fails.
  const writes = (): void => {
    // @ts-expect-error
    readable.edit({ title: 'x' }, () => undefined)
    // @ts-expect-error
    readable.editLarge({ title: 'x' }, async () => undefined)
    // @ts-expect-error
    readable.relocateRoot('/')
    // @ts-expect-error
    readable.settings.set({ name: 'x' })
    // @ts-expect-error
    readable.images.applyScan({})
    // @ts-expect-error
    readable.labels.add({ name: 'x' })
    // @ts-expect-error
    readable.labels.remove(1)
    // @ts-expect-error
    readable.states.set([], { title: 'x' })
    // @ts-expect-error
    readable.models.setCurrent(null)
    // @ts-expect-error
    readable.history.undo()
  }
  expect(writes).toBeTypeOf('function')
})

test('a database that is given to be read has no words for writing, and refuses SQL that writes', () => {
  const project = newProject({ images: ['a.jpg'] })
  const connection = new Connection(project.path)
  try {
    const readable: ReadableDatabase = connection
    expect(readable.value('SELECT count(*) FROM image')).toBe(1)
    const sql = 'DELETE FROM image RETURNING id'
    for (const read of [
      () => readable.get(sql),
      () => readable.all(sql),
      () => readable.tuple(sql),
      () => readable.tuples(sql),
      () => readable.column(sql),
      () => readable.value(sql),
    ]) {
      expect(read).toThrow('This writes')
    }
    expect(readable.value('SELECT count(*) FROM image')).toBe(1)
    const writes = (): void => {
      // @ts-expect-error
      readable.run('DELETE FROM image')
      // @ts-expect-error
      readable.script('DELETE FROM image')
      // @ts-expect-error
      readable.transaction(() => undefined)
    }
    expect(writes).toBeTypeOf('function')
  } finally {
    connection.close()
  }
})
