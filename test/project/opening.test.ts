import { chmodSync, copyFileSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { Connection } from '../../src/main/project/database.ts'
import { createProject, openProject } from '../../src/main/project/file/open.ts'
import { applicationId, newestVersion } from '../../src/main/project/migrations/index.ts'
import { Project } from '../../src/main/project/project.ts'
import { closing, ids, newProject, runScript, scanned, temporaryFolder, userError } from './support.ts'

/** A closed project with labels and marks; its path. */
function closedProject(images = 3): string {
  const project = newProject({ labels: ['dog', 'cat'], images: Array.from({ length: images }, (_, i) => `${i}.jpg`) })
  const [dog] = project.labels.list()
  project.states.set(
    ids(project).map((imageId) => ({ imageId, labelId: dog.id, state: 1 })),
    { title: 'Mark' },
  )
  project.close()
  return project.path
}

/** What a second process says when it opens the file; `during` runs while it has it open. */
async function openInSecondProcess(
  file: string,
  mode: string,
  options: { uid?: number; during?: () => void } = {},
): Promise<{ opened?: string; labels?: string[]; code?: string; message?: string; hint?: string }> {
  let answer = {}
  const { child, ended } = runScript('openingProcess.ts', [file, mode], {
    uid: options.uid,
    onLine: (line) => {
      answer = JSON.parse(line)
      options.during?.()
      child.stdin.end()
    },
  })
  const { errors, code } = await ended
  expect({ errors, code }).toEqual({ errors: '', code: 0 })
  return answer
}

describe('making a project', () => {
  test('leaves one file that is what it should be', () => {
    const project = newProject({ name: 'Birds', labels: ['a', 'b'], settings: { annotator: 'Anna' } })
    expect(project.settings.all()).toMatchObject({ name: 'Birds', annotator: 'Anna', backbone: null })
    expect(project.cacheFolder).toBe(`${project.path}-cache`)
    expect(project.history.undoTitle).toBeNull()
    project.close()
    expect(readdirSync(path.dirname(project.path)).sort()).toEqual(['images', 'p.surmise', 'p.surmise-lock'])
    const db = new Database(project.path, { readonly: true })
    expect(db.pragma('application_id', { simple: true })).toBe(applicationId)
    expect(db.pragma('user_version', { simple: true })).toBe(newestVersion)
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
    const tables = db.prepare("SELECT strict FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    expect(tables.pluck().all()).toEqual(Array.from({ length: 10 }, () => 1))
    db.close()
  })

  test('takes the name of the file when none is given', () => {
    expect(newProject().name).toBe('p')
  })

  test('never overwrites', () => {
    const file = closedProject()
    const before = readFileSync(file)
    expect(userError(() => createProject({ path: file, imagesRoot: path.dirname(file) })).code).toBe('project-exists')
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  test.each([
    ['two labels of one name', { labels: ['Dog', 'cat', ' dOG '] }, 'label-name-taken'],
    ['a label without a name', { labels: ['dog', '  '] }, 'label-name'],
    ['no such folder of images', { imagesRoot: '/nowhere/at/all' }, 'images-folder-missing'],
    ['no such folder for the file', { path: '/nowhere/at/all/p.surmise' }, 'project-folder-missing'],
    ['another extension', { path: '/tmp/p.db' }, 'project-name'],
  ])('%s is a sentence, and leaves nothing behind', (_, options, code) => {
    const folder = temporaryFolder()
    const error = userError(() => newProject({ folder, ...options }))
    expect(error.code).toBe(code)
    expect(error.hint).not.toBe('')
    expect(readdirSync(folder)).toEqual(['images'])
  })
})

describe('opening what is no project', () => {
  test('nothing there', () => {
    expect(userError(() => openProject('/nowhere/p.surmise')).code).toBe('project-not-found')
  })

  test('a folder, an empty file, a text, a picture, half a header, another database', () => {
    const folder = temporaryFolder()
    const file = path.join(folder, 'p.surmise')
    expect(userError(() => openProject(folder)).code).toBe('not-a-project')
    const contents = [
      '',
      'just a text',
      Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
      'SQLite format 3\0half',
      'x'.repeat(10_000),
    ]
    for (const content of contents) {
      writeFileSync(file, content)
      for (const readOnly of [false, true])
        expect(userError(() => openProject(file, { readOnly })).code).toBe('not-a-project')
      expect(readFileSync(file).equals(Buffer.from(content))).toBe(true)
    }
    const other = path.join(folder, 'other.db')
    const db = new Database(other)
    db.exec('CREATE TABLE t (x)')
    db.close()
    const before = readFileSync(other)
    expect(userError(() => openProject(other)).message).toContain('database of another program')
    expect(readFileSync(other).equals(before)).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(['other.db', 'p.surmise'])
  })

  test('a newer file is refused and not touched', () => {
    const file = closedProject()
    const db = new Database(file)
    db.pragma('user_version = 1000')
    db.close()
    const [before, folder] = [readFileSync(file), readdirSync(path.dirname(file))]
    for (const readOnly of [false, true]) {
      const error = userError(() => openProject(file, { readOnly }))
      expect(error).toMatchObject({ code: 'project-too-new', hint: expect.stringContaining('Update') })
    }
    expect(readFileSync(file).equals(before)).toBe(true)
    expect(readdirSync(path.dirname(file))).toEqual(folder)
  })
})

test('a newer file whose version is still in its log is refused, and neither is touched', () => {
  const project = newProject({ labels: ['dog'] })
  const file = path.join(temporaryFolder(), 'newer.surmise')
  const db = new Database(project.path)
  db.pragma('user_version = 1000')
  // As a kill leaves them: while it is open, nothing has moved from the log into the file.
  for (const suffix of ['', '-wal']) copyFileSync(project.path + suffix, file + suffix)
  db.close()
  const before = [readFileSync(file), readFileSync(`${file}-wal`)]
  expect(before[0].readUInt32BE(60)).toBe(newestVersion)
  for (const readOnly of [false, true])
    expect(userError(() => openProject(file, { readOnly })).code).toBe('project-too-new')
  expect(readFileSync(file).equals(before[0])).toBe(true)
  expect(readFileSync(`${file}-wal`).equals(before[1])).toBe(true)
})

describe('one writer', () => {
  test('a second process is told so; it may read; after the first has gone it may write', async () => {
    const file = closedProject()
    const project = closing(openProject(file))
    expect(await openInSecondProcess(file, 'write')).toMatchObject({
      code: 'project-open-elsewhere',
      hint: expect.stringContaining('read-only'),
    })
    const reader = await openInSecondProcess(file, 'read-only', {
      during: () => project.labels.add({ name: 'fish' }),
    })
    expect(reader).toEqual({ opened: project.uuid, labels: ['dog', 'cat'] })
    expect(project.labels.list()).toHaveLength(3)
    project.close()
    expect(await openInSecondProcess(file, 'write')).toMatchObject({ opened: project.uuid })
  })

  test('whatever name the file is called by', async () => {
    const file = closedProject()
    const other = path.join(temporaryFolder(), 'other.surmise')
    symlinkSync(file, other)
    closing(openProject(other))
    expect(await openInSecondProcess(file, 'write')).toMatchObject({ code: 'project-open-elsewhere' })
    expect(userError(() => openProject(file)).code).toBe('project-open-elsewhere')
  })

  test('a killed process leaves no lock', async () => {
    const file = closedProject()
    const { child, ended } = runScript('openingProcess.ts', [file, 'write'], { onLine: (_, kill) => kill() })
    expect((await ended).signal).toBe('SIGKILL')
    expect(child.killed).toBe(true)
    expect(closing(openProject(file)).images.count()).toBe(3)
  })

  test('reading beside writing in one process does not let go of the lock', async () => {
    const file = closedProject()
    const writer = closing(openProject(file))
    const reader = closing(openProject(file, { readOnly: true }))
    writer.labels.add({ name: 'fish' })
    expect(reader.labels.list()).toHaveLength(3)
    expect(userError(() => reader.labels.add({ name: 'x' })).code).toBe('project-read-only')
    reader.close()
    expect(await openInSecondProcess(file, 'write')).toMatchObject({ code: 'project-open-elsewhere' })
  })

  test('a database tool that holds the file locked', () => {
    const file = closedProject()
    const project = closing(openProject(file))
    const tool = new Database(file)
    tool.exec('BEGIN IMMEDIATE')
    const started = performance.now()
    expect(userError(() => project.labels.add({ name: 'fish' })).code).toBe('project-locked')
    expect(performance.now() - started).toBeGreaterThan(4500)
    tool.exec('ROLLBACK')
    tool.close()
    expect(project.labels.add({ name: 'fish' }).name).toBe('fish')
  })
})

describe('a damaged file', () => {
  test.each([0.9, 0.5, 0.2])('cut off at %s of its length', (share) => {
    const file = closedProject(2000)
    truncateSync(file, Math.floor(readFileSync(file).length * share))
    for (const readOnly of [false, true])
      expect(userError(() => openProject(file, { readOnly })).code).toBe('project-damaged')
  })

  test('bits flipped anywhere: opened as it was, or said to be damaged, never a bug', async () => {
    const file = closedProject(2000)
    const sound = readFileSync(file)
    let refused = 0
    for (let round = 0; round < 60; round++) {
      const bytes = Buffer.from(sound)
      // A run of garbage as a bad sector leaves it, or a single flipped bit.
      const at = 100 + Math.floor(((bytes.length - 700) * round) / 60)
      if (round % 2 === 0) bytes.fill(0xa5, at, at + 512)
      else bytes[at] ^= 1 << (round % 8)
      writeFileSync(file, bytes)
      let project: Project | undefined
      try {
        project = openProject(file)
        project.labels.list()
        project.images.ids()
      } catch (error) {
        expect(error).toMatchObject({ name: 'UserError', code: 'project-damaged' })
        refused++
      } finally {
        // Damage can come to light after the opening: the lock must not stay with the round.
        project?.close()
      }
    }
    expect(refused).toBeGreaterThan(20)
  })

  test('found in the middle of work', async () => {
    const file = closedProject(5000)
    // Almost nothing stays in memory, so that the pages are read when they are needed.
    const connection = new Connection(file, { cacheMegabytes: 0 })
    const project = closing(new Project({ path: file, readOnly: false, connection, release: () => connection.close() }))
    expect(await project.check()).toEqual([])
    // Another program scribbles over the file.
    const bytes = readFileSync(file)
    writeFileSync(file, bytes.fill(0xa5, 4096 * 30))
    expect(userError(() => [...project.images.known()]).code).toBe('project-damaged')
    const change = () => project.images.applyScan({ added: [scanned('new.jpg')] })
    expect(userError(change).code).toBe('project-damaged')
    expect((await project.check()).length).toBeGreaterThan(0)
  })

  test('tables that are missing', () => {
    const file = closedProject()
    const db = new Database(file)
    db.exec('DROP TABLE label_change; DROP TABLE state_change; DROP TABLE label_state')
    db.close()
    expect(userError(() => openProject(file)).code).toBe('project-damaged')
  })
})

describe('where nothing can be written', () => {
  // Root may write anywhere, so another user tries.
  const uid = process.getuid?.() === 0 ? 65534 : undefined

  test.skipIf(process.platform === 'win32')('a read-only folder: refused for writing, read without', async () => {
    const file = closedProject()
    const folder = path.dirname(file)
    chmodSync(file, 0o444)
    chmodSync(folder, 0o555)
    try {
      expect(await openInSecondProcess(file, 'write', { uid })).toMatchObject({
        code: 'project-read-only',
        hint: expect.stringContaining('read-only'),
      })
      expect(await openInSecondProcess(file, 'read-only', { uid })).toMatchObject({ labels: ['dog', 'cat'] })
    } finally {
      chmodSync(folder, 0o755)
    }
    expect(readdirSync(folder).sort()).toEqual(['images', 'p.surmise', 'p.surmise-lock'])
  })

  test.skipIf(process.platform === 'win32')('the same with a log that a crash left', async () => {
    const file = closedProject()
    const crashed = path.join(temporaryFolder(), 'p.surmise')
    const project = closing(openProject(file))
    project.labels.add({ name: 'in the log' })
    for (const suffix of ['', '-wal']) copyFileSync(file + suffix, crashed + suffix)
    for (const name of ['p.surmise', 'p.surmise-wal']) chmodSync(path.join(path.dirname(crashed), name), 0o444)
    chmodSync(path.dirname(crashed), 0o555)
    try {
      const answer = await openInSecondProcess(crashed, 'read-only', { uid })
      expect(answer).toMatchObject({ labels: ['dog', 'cat', 'in the log'] })
    } finally {
      chmodSync(path.dirname(crashed), 0o755)
    }
  })

  test('opened read-only, every change is refused', async () => {
    const file = closedProject()
    const project = closing(openProject(file, { readOnly: true }))
    const [dog] = project.labels.list()
    const refused = [
      () => project.labels.add({ name: 'x' }),
      () => project.states.set([{ imageId: 1, labelId: dog.id, state: -1 }], { title: 'x' }),
      () => project.images.applyScan({ added: [scanned('x.jpg')] }),
      () => project.settings.set({ annotator: 'x' }),
      () => project.models.setCurrent(null),
      () => project.relocateRoot('/tmp'),
    ]
    for (const change of refused) expect(userError(change).code).toBe('project-read-only')
    await expect(project.history.undo()).rejects.toMatchObject({ code: 'project-read-only' })
    await expect(project.editLarge({ title: 'x' }, async () => {})).rejects.toMatchObject({ code: 'project-read-only' })
    expect(project.states.ofImage(1)).toHaveLength(1)
  })

  test('a full disk: the change is refused, what was saved stays, and work goes on after', () => {
    const file = closedProject()
    const connection = new Connection(file)
    const project = closing(new Project({ path: file, readOnly: false, connection, release: () => connection.close() }))
    const [dog, cat] = project.labels.list()
    project.states.set([{ imageId: 1, labelId: cat.id, state: -1 }], { title: 'kept' })
    // SQLite's own limit on the number of pages fails just as a full disk does.
    connection.pragma(`max_page_count = ${Number(connection.pragma('page_count')) + 2}`)
    const many = Array.from({ length: 20_000 }, (_, i) => scanned(`more/${i}.jpg`))
    expect(userError(() => project.images.applyScan({ added: many })).code).toBe('disk-full')
    expect(project.images.count()).toBe(3)
    expect(project.states.ofImage(1)).toHaveLength(2)
    connection.pragma('max_page_count = 1000000')
    project.images.applyScan({ added: many })
    project.states.set([{ imageId: 2, labelId: dog.id, state: -1 }], { title: 'goes on' })
    expect(project.images.count()).toBe(20_003)
  })
})

test('a closed project says so', async () => {
  const project = newProject()
  project.close()
  project.close()
  expect(userError(() => project.labels.list()).code).toBe('project-closed')
  expect(userError(() => project.labels.add({ name: 'x' })).code).toBe('project-closed')
  await expect(project.check()).rejects.toMatchObject({ code: 'project-closed' })
})
