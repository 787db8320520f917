import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Backup,
  type BackupReason,
  backupFile,
  backupFolder,
  keep,
  listBackups,
  nextBackupName,
  surplusOf,
} from '../../src/main/project/file/backups.ts'
import { keepBackup, restoreBackup } from '../../src/main/project/file/keepBackup.ts'
import { maintain } from '../../src/main/project/file/maintenance.ts'
import { openProject } from '../../src/main/project/file/open.ts'
import type { Project } from '../../src/main/project/project.ts'
import { closing, ids, newProject, runScript, userError } from './support.ts'

function marked(): Project {
  const project = newProject({ labels: ['dog', 'cat'], images: ['a.jpg', 'b.jpg', 'c.jpg'] })
  mark(project, 1, 1)
  return project
}

function mark(project: Project, labelId: number, state: 1 | -1): void {
  project.states.set(
    ids(project).map((imageId) => ({ imageId, labelId, state })),
    { title: `Mark ${labelId} ${state}` },
  )
}

const statesOf = (project: Project) => ids(project).map((id) => project.states.ofImage(id).map(({ state }) => state))

describe('a backup', () => {
  test('is a project of its own, made while the project is written to, and only where there is something new', async () => {
    const project = marked()
    const name = await keepBackup(project.path, 'opened')
    expect(name).toMatch(/^0001 .* opened\.surmise$/)
    expect(await keepBackup(project.path, 'hourly')).toBeNull()
    mark(project, 2, -1)
    const during = keepBackup(project.path, 'hourly')
    project.labels.add({ name: 'fish' })
    expect(await during).toMatch(/^0002 .* hourly\.surmise$/)
    expect(readdirSync(backupFolder(project.path))).toHaveLength(2)

    const copy = closing(openProject(backupFile(project.path, name!)))
    expect(statesOf(copy)).toEqual([[1], [1], [1]])
    expect(await copy.check()).toEqual([])
    expect(copy.imagesRoot).toBe(project.imagesRoot)
    const files = listBackups(project.path).map((one) => backupFile(project.path, one.name))
    expect(await maintain('contents', { files })).toMatchObject([
      { images: 3, present: 3, absent: 3 },
      { images: 3, labels: 2, present: 3, absent: 0, lastAction: 'Mark 1 1' },
    ])
  })

  test('of a project of which nothing is known yet is none', async () => {
    const project = newProject({ labels: ['dog'], images: ['a.jpg'] })
    expect(await keepBackup(project.path, 'opened')).toBeNull()
    expect(await keepBackup(project.path, 'asked', { always: true })).not.toBeNull()
  })

  test('that is given up, or fails, leaves nothing behind', async () => {
    const project = marked()
    const end = new AbortController()
    const given = keepBackup(project.path, 'hourly', { signal: end.signal })
    end.abort(new Error('given up'))
    await expect(given).rejects.toThrow('given up')
    expect(readdirSync(backupFolder(project.path))).toEqual([])
    rmSync(backupFolder(project.path), { recursive: true })
    writeFileSync(backupFolder(project.path), 'a file in the way')
    await expect(keepBackup(project.path, 'hourly')).rejects.toMatchObject({ name: 'UserError' })
    mark(project, 1, -1)
    expect(statesOf(project)).toEqual([[-1], [-1], [-1]])
  })

  test('comes before a new format: the file as the program of before knows it', async () => {
    const project = marked()
    project.close()
    const old = path.join(path.dirname(project.path), 'old.surmise')
    const db = new Database(old)
    db.exec(readFileSync(path.join(import.meta.dirname, 'fixtures/v1.sql'), 'utf8'))
    db.close()
    closing(openProject(old))
    const [backup] = listBackups(old)
    expect(backup.reason).toBe('migration')
    const copy = new Database(backupFile(old, backup.name), { readonly: true })
    expect(copy.pragma('user_version', { simple: true })).toBe(1)
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(copy.prepare('SELECT count(*) FROM label_state').pluck().get()).toBeGreaterThan(0)
    copy.close()
  })
})

describe('restoring', () => {
  test('brings back what was, keeps what is, and can be taken back the same way', async () => {
    const project = marked()
    const first = (await keepBackup(project.path, 'opened'))!
    mark(project, 1, -1)
    project.close()
    const kept = (await restoreBackup(project.path, first))!
    expect(listBackups(project.path)[0]).toMatchObject({ name: kept, reason: 'restore' })
    let opened = openProject(project.path)
    expect(statesOf(opened)).toEqual([[1], [1], [1]])
    expect(await opened.check()).toEqual([])
    mark(opened, 2, 1)
    opened.close()
    await restoreBackup(project.path, kept)
    opened = closing(openProject(project.path))
    expect(statesOf(opened)).toEqual([[-1], [-1], [-1]])
    expect(opened.history.undoTitle).toBe('Mark 1 -1')
    expect(readdirSync(path.dirname(project.path)).filter((name) => name.includes('.tmp'))).toEqual([])
  })

  test('works where the file is damaged, which is kept as it is, or gone', async () => {
    const project = marked()
    const name = (await keepBackup(project.path, 'opened'))!
    project.close()
    truncateSync(project.path, 5000)
    const damaged = readFileSync(project.path)
    expect(userError(() => openProject(project.path)).code).toBe('project-damaged')
    const kept = (await restoreBackup(project.path, name))!
    expect(readFileSync(backupFile(project.path, kept)).equals(damaged)).toBe(true)
    let opened = openProject(project.path)
    expect(statesOf(opened)).toEqual([[1], [1], [1]])
    opened.close()
    rmSync(project.path)
    expect(await restoreBackup(project.path, name)).toBeNull()
    opened = closing(openProject(project.path))
    expect(statesOf(opened)).toEqual([[1], [1], [1]])
  })

  test('is refused while somebody has the project open, for a damaged backup, and for a name that is none', async () => {
    const project = marked()
    const name = (await keepBackup(project.path, 'opened'))!
    await expect(restoreBackup(project.path, name)).rejects.toMatchObject({ code: 'project-open-elsewhere' })
    project.close()
    const { child, ended } = runScript('openingProcess.ts', [project.path, 'read-only'], {
      onLine: async () => {
        await expect(restoreBackup(project.path, name)).rejects.toMatchObject({ code: 'project-locked' })
        child.stdin.end()
      },
    })
    expect((await ended).errors).toBe('')
    const before = readFileSync(project.path)
    truncateSync(backupFile(project.path, name), 5000)
    await expect(restoreBackup(project.path, name)).rejects.toMatchObject({ code: 'backup-damaged' })
    const outside = path.join(path.dirname(project.path), '0001 2026-01-01 00-00-00Z opened.surmise')
    renameSync(backupFile(project.path, name), outside)
    for (const other of ['', '..', '../p.surmise', `../${path.basename(outside)}`, name])
      await expect(restoreBackup(project.path, other)).rejects.toMatchObject({ code: 'backup-missing' })
    expect(readFileSync(project.path).equals(before)).toBe(true)
  })
})

describe('the list', () => {
  test('goes by number, wherever the clock was set to, and passes over what is no backup', () => {
    const project = newProject()
    const folder = backupFolder(project.path)
    mkdirSync(folder)
    for (const at of [Date.UTC(2026, 5, 1), Date.UTC(2001, 0, 1), Date.UTC(2026, 5, 2)])
      writeFileSync(path.join(folder, nextBackupName(project.path, 'hourly', at)), 'x')
    writeFileSync(path.join(folder, 'notes.txt'), 'x')
    writeFileSync(path.join(folder, '0009 2026-06-01 00-00-00Z nonsense.surmise'), 'x')
    expect(listBackups(project.path).map(({ number, at }) => [number, new Date(at).getUTCFullYear()])).toEqual([
      [3, 2026],
      [2, 2001],
      [1, 2026],
    ])
    expect(existsSync(path.join(folder, 'notes.txt'))).toBe(true)
  })

  const hour = 3600_000
  const backup = (number: number, at: number, size = 1, reason: BackupReason = 'hourly'): Backup => {
    return { name: `${number}`, number, at, size, reason }
  }

  test('of a year of hours keeps the last ones, one of each day of a week, one of each week of a month', () => {
    const end = Date.UTC(2026, 5, 17, 12)
    const all = Array.from({ length: 24 * 365 }, (_, i) => backup(24 * 365 - i, end - i * hour))
    const gone = new Set(surplusOf(all))
    const hours = all.filter((one) => !gone.has(one)).map(({ at }) => (end - at) / hour)
    expect(hours.slice(0, keep.latest)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(hours.length).toBeLessThanOrEqual(keep.latest + keep.days + keep.weeks)
    expect(hours.at(-1)).toBeGreaterThan(14 * 24)
    const days = new Set(hours.map((ago) => Math.floor((end - ago * hour) / (24 * hour))))
    expect(days.size).toBeGreaterThanOrEqual(7)
  })

  test('is bounded in number and size, whatever there is, and the newest are always kept', () => {
    const any = fc.record({
      at: fc.integer({ min: 0, max: 2e12 }),
      size: fc.integer({ min: 0, max: 3 * 1024 ** 3 }),
      reason: fc.constantFrom<BackupReason>('opened', 'hourly', 'migration', 'action'),
    })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 60 }), (made) => {
        const all = made.map((one, i) => backup(made.length - i, one.at, one.size, one.reason))
        const gone = new Set(surplusOf(all))
        const kept = all.filter((one) => !gone.has(one))
        expect(kept.slice(0, 2)).toEqual(all.slice(0, 2))
        expect(kept.length).toBeLessThanOrEqual(keep.latest + keep.days + keep.weeks + keep.migrations)
        const size = kept.slice(keep.least).reduce((sum, one) => sum + one.size, 0)
        expect(size).toBeLessThanOrEqual(keep.size)
      }),
    )
  })
})
