import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { backupFile, listBackups } from '../../src/main/project/file/backups.ts'
import { driveOf } from '../../src/main/project/file/drive.ts'
import { keepBackup } from '../../src/main/project/file/keepBackup.ts'
import { createProject, openProject } from '../../src/main/project/file/open.ts'
import type { Project } from '../../src/main/project/project.ts'
import { smallDisk, testOnSmallDisk } from '../smallDisk.ts'
import { readFile } from '../torture/ledger.ts'
import { closing, ids, newProject, runScript, scanned, userError } from './support.ts'

afterEach(() => {
  vi.useRealTimers()
})

function mark(project: Project, imageId: number, state: 1 | -1 | 0): number {
  const [{ id: labelId }] = project.labels.list()
  return project.states.set([{ imageId, labelId, state }], { title: `Mark ${imageId} ${state}` })
}

const stateOf = (project: Project, imageId: number) => project.states.ofImage(imageId)[0]?.state ?? 0

describe('a full disk', () => {
  testOnSmallDisk(
    'refuses the change with a sentence; what was saved stays, and work goes on when there is room',
    () => {
      const disk = smallDisk(12)
      const images = path.join(disk.folder, 'images')
      mkdirSync(images)
      const file = path.join(disk.folder, 'p.surmise')
      const project = closing(createProject({ path: file, imagesRoot: images, labels: ['dog'] }))
      project.images.applyScan({ added: Array.from({ length: 2000 }, (_, i) => scanned(`${i}.jpg`)) })
      expect(mark(project, 1, 1)).toBe(1)
      disk.fill()
      let refused = 0
      let saved = 1
      for (const imageId of ids(project).slice(1, 400)) {
        try {
          saved += mark(project, imageId, -1)
        } catch (error) {
          expect(error).toMatchObject({ code: 'disk-full', hint: expect.stringContaining('untouched') })
          refused++
        }
      }
      expect(refused).toBeGreaterThan(0)
      expect(project.labels.list()[0].presentCount + project.labels.list()[0].absentCount).toBe(saved)
      disk.free()
      expect(mark(project, 2000, 1)).toBe(1)
      project.close()
      const { actions, states, problems } = readFile(file)
      expect(problems).toEqual([])
      expect([actions.length, states.size]).toEqual([saved + 1, saved + 1])
    },
  )

  testOnSmallDisk('takes no backup, which is said, and leaves no half one', async () => {
    const disk = smallDisk(12)
    mkdirSync(path.join(disk.folder, 'images'))
    const file = path.join(disk.folder, 'p.surmise')
    const project = closing(
      createProject({ path: file, imagesRoot: path.join(disk.folder, 'images'), labels: ['dog'] }),
    )
    project.images.applyScan({ added: [scanned('a.jpg')] })
    mark(project, 1, 1)
    await expect(keepBackup(file, 'hourly')).rejects.toMatchObject({
      code: 'backup-no-room',
      hint: expect.not.stringContaining('saved'),
    })
    expect(readdirSync(`${file}-backups`)).toEqual([])
    expect(mark(project, 1, -1)).toBe(1)
  })
})

describe('a file that is moved or deleted while it is open', () => {
  test.skipIf(process.platform === 'win32')(
    'moved: nothing more is written to it, and all that was is in it',
    async () => {
      const project = newProject({ labels: ['dog'], images: ['a.jpg', 'b.jpg'] })
      mark(project, 1, 1)
      const elsewhere = path.join(path.dirname(project.path), 'moved.surmise')
      // Alone, as somebody does who knows nothing of logs.
      renameSync(project.path, elsewhere)
      expect(userError(() => mark(project, 2, 1))).toMatchObject({
        code: 'project-moved',
        hint: expect.stringContaining('backup'),
      })
      expect(userError(() => mark(project, 2, 1)).code).toBe('project-moved')
      project.close()
      const moved = closing(openProject(elsewhere))
      expect([stateOf(moved, 1), stateOf(moved, 2)]).toEqual([1, 0])
      expect(await moved.check()).toEqual([])
    },
  )

  test.skipIf(process.platform === 'win32')(
    'deleted, and closed without another mark: a backup has it all',
    async () => {
      const project = newProject({ labels: ['dog'], images: ['a.jpg'] })
      mark(project, 1, -1)
      rmSync(project.path)
      project.close()
      const [backup] = listBackups(project.path)
      expect(backup.reason).toBe('rescue')
      const rescued = closing(openProject(backupFile(project.path, backup.name)))
      expect(stateOf(rescued, 1)).toBe(-1)
      expect(await rescued.check()).toEqual([])
    },
  )

  test.skipIf(process.platform === 'win32')(
    'replaced by another file of the same name: that one is not written to',
    () => {
      const project = newProject({ labels: ['dog'], images: ['a.jpg'] })
      mark(project, 1, 1)
      renameSync(project.path, `${project.path}.old`)
      writeFileSync(project.path, 'something else')
      expect(userError(() => mark(project, 1, -1)).code).toBe('project-moved')
      project.close()
      expect(readFileSync(project.path, 'utf8')).toBe('something else')
      expect(readFile(`${project.path}.old`).states.size).toBe(1)
    },
  )
})

// Root may do anything, so another user tries.
const other = process.getuid?.() === 0 ? 65534 : undefined

test.skipIf(process.platform === 'win32' || other === undefined)(
  'permission lost while it is open: marks go on being saved, or are refused with a sentence; none is lost',
  async () => {
    const project = newProject({ labels: ['dog'], images: Array.from({ length: 50 }, (_, i) => `${i}.jpg`) })
    const { path: file } = project
    const folder = path.dirname(file)
    project.close()
    for (const name of ['', 'p.surmise', 'p.surmise-lock']) chownSync(path.join(folder, name), other!, other!)
    const told: { saved?: number; code?: string; hint?: string }[] = []
    const { child, ended } = runScript('permissionProcess.ts', [file], {
      uid: other,
      onLine: (line) => {
        told.push(JSON.parse(line))
        // After some marks nobody may do anything there any more.
        if (told.length === 10) {
          chmodSync(file, 0)
          chmodSync(folder, 0)
        }
        if (told.length === 40) chmodSync(folder, 0o755)
        if (told.length === 45) child.stdin.end()
      },
    })
    const { errors, code } = await ended
    expect({ errors, code }).toEqual({ errors: '', code: 0 })
    chmodSync(file, 0o644)
    const saved = told.flatMap((one) => (one.saved === undefined ? [] : [one.saved]))
    for (const one of told) if (one.saved === undefined) expect(one.hint).not.toBe('')
    expect(saved.length).toBeGreaterThanOrEqual(10)
    const { states, problems } = readFile(file)
    expect(problems).toEqual([])
    expect(new Set(states.keys())).toEqual(new Set(saved.map((imageId) => `${imageId}:1`)))
  },
)

test('a clock that is set back: order, undo, backups and what was marked when stay as they were done', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 5, 1) })
  const project = newProject({ labels: ['dog'], images: ['a.jpg', 'b.jpg', 'c.jpg'] })
  mark(project, 1, 1)
  await keepBackup(project.path, 'opened')
  vi.setSystemTime(Date.UTC(2001, 0, 1))
  mark(project, 2, 1)
  await keepBackup(project.path, 'hourly')
  mark(project, 3, -1)
  expect(project.history.list(10).map(({ title }) => title)).toEqual(['Mark 3 -1', 'Mark 2 1', 'Mark 1 1'])
  await project.history.undo()
  await project.history.undo()
  expect(project.history.undoTitle).toBe('Mark 1 1')
  expect([1, 2, 3].map((id) => stateOf(project, id))).toEqual([1, 0, 0])
  await project.history.redo()
  expect(stateOf(project, 2)).toBe(1)
  expect(listBackups(project.path).map(({ reason }) => reason)).toEqual(['hourly', 'opened'])
  expect(await project.check()).toEqual([])
  expect(readFile(project.path).problems).toEqual([])
})

describe('a network drive', () => {
  const closed = (): string => {
    const project = newProject({ labels: ['dog'], images: ['a.jpg'] })
    project.close()
    return project.path
  }
  const journalOf = (file: string): unknown => {
    const db = new Database(file, { readonly: true })
    const mode = db.pragma('journal_mode', { simple: true })
    db.close()
    return mode
  }

  test('is told by its file system; a disk of this machine is none', () => {
    expect(driveOf(closed())).toBe('local')
  })

  test('gets a journal that works without shared memory, and back again on a disk of this machine', () => {
    const file = closed()
    let project = openProject(file, { drive: 'network' })
    expect(project.drive).toBe('network')
    mark(project, 1, 1)
    expect(existsSync(`${file}-wal`)).toBe(false)
    project.close()
    expect(journalOf(file)).not.toBe('wal')
    expect(existsSync(`${file}-owner`)).toBe(false)
    project = closing(openProject(file))
    expect([journalOf(file), stateOf(project, 1)]).toEqual(['wal', 1])
  })

  test('a note keeps other machines out where no lock reaches them; one of a process that is gone keeps nobody out', async () => {
    const file = closed()
    writeFileSync(`${file}-owner`, JSON.stringify({ pid: 1, started: null, host: 'another-machine' }))
    expect(userError(() => openProject(file, { drive: 'network' }))).toMatchObject({
      code: 'project-open-elsewhere',
      message: expect.stringContaining('on another-machine'),
      hint: expect.stringMatching(/read-only here.*delete .*-owner/),
    })
    closing(openProject(file, { readOnly: true, drive: 'network' })).close()
    writeFileSync(`${file}-owner`, JSON.stringify({ pid: 2 ** 22 + 1, started: '1', host: hostname() }))
    const project = closing(openProject(file, { drive: 'network' }))
    expect(JSON.parse(readFileSync(`${file}-owner`, 'utf8'))).toMatchObject({ pid: process.pid })
    expect(mark(project, 1, 1)).toBe(1)
    // In pieces, since writers wait for it; with writers in between.
    const making = keepBackup(file, 'asked')
    mark(project, 1, -1)
    const copy = closing(openProject(backupFile(file, (await making)!)))
    expect(Math.abs(stateOf(copy, 1))).toBe(1)
  })
})
