import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { backupFile, listBackups } from '../../src/main/project/file/backups.ts'
import { keepBackup } from '../../src/main/project/file/keepBackup.ts'
import { openProject } from '../../src/main/project/file/open.ts'
import { hasLostTransactions } from '../../src/main/project/file/writeAheadLog.ts'
import type { Project } from '../../src/main/project/project.ts'
import { surmise } from '../shell/cliProcess.ts'
import { closing, newProject, userError } from './support.ts'

function checkpoint(file: string): void {
  const db = new Database(file)
  db.pragma('wal_checkpoint(RESTART)')
  db.close()
}

const marks = 12
const pageSize = 4096
const frameSize = 24 + pageSize

function mark(project: Project, imageId: number): number {
  const [{ id: labelId }] = project.labels.list()
  return project.states.set([{ imageId, labelId, state: 1 }], { title: `Mark ${imageId}` })
}

/** What a power cut leaves: the file, with twelve marks in its log alone. */
function crashed(before?: (project: Project) => void): string {
  const project = newProject({ labels: ['dog'], images: Array.from({ length: marks }, (_, i) => `${i}.jpg`) })
  before?.(project)
  for (let id = 1; id <= marks; id++) mark(project, id)
  const folder = path.join(path.dirname(project.path), 'crashed')
  mkdirSync(folder)
  const file = path.join(folder, 'p.surmise')
  for (const suffix of ['', '-wal', '-shm']) copyFileSync(project.path + suffix, file + suffix)
  return file
}

function change(file: string, at: number, by: (byte: number) => number): void {
  const bytes = readFileSync(`${file}-wal`)
  bytes[at] = by(bytes[at])
  writeFileSync(`${file}-wal`, bytes)
}

const flip = (byte: number): number => byte ^ 0xff
const framesOf = (file: string): number => Math.floor((readFileSync(`${file}-wal`).length - 32) / frameSize)
/** Of the middle one, where it begins. */
const middle = (file: string): number => 32 + Math.floor(framesOf(file) / 2) * frameSize

const damages: [name: string, damage: (file: string) => void][] = [
  ['a bit of a page', (file) => change(file, middle(file) + 24 + 100, (byte) => byte ^ 1)],
  ['a checksum', (file) => change(file, middle(file) + 17, flip)],
  ['a number of a page', (file) => change(file, middle(file) + 3, flip)],
  ['a salt', (file) => change(file, middle(file) + 9, flip)],
  ['the header', (file) => change(file, 17, flip)],
  ['the kind of file', (file) => change(file, 0, flip)],
  [
    'a hole',
    (file) => {
      const bytes = readFileSync(`${file}-wal`)
      writeFileSync(`${file}-wal`, bytes.fill(0, middle(file), middle(file) + 3 * frameSize))
    },
  ],
  ['its second half cut off', (file) => truncateSync(`${file}-wal`, middle(file))],
]

for (const [name, damage] of damages) {
  test(`a damaged log, ${name}: said at opening, by status and doctor; file and log are kept as they were`, async () => {
    const file = crashed()
    damage(file)
    const [was, log] = [readFileSync(file), readFileSync(`${file}-wal`)]
    const project = closing(openProject(file))
    expect(project.lostChanges).toEqual({ keptAs: expect.stringContaining('damaged') })
    // Something is missing, and the rest is whole.
    expect(project.labels.list()[0].presentCount).toBeLessThan(marks)
    expect(await project.check()).toEqual([])
    const kept = backupFile(file, project.lostChanges!.keptAs!)
    expect([readFileSync(kept).equals(was), readFileSync(`${kept}-wal`).equals(log)]).toEqual([true, true])
    // Once it is mended, it is said no more: but that there was damage stays to be seen.
    project.close()
    expect(closing(openProject(file)).lostChanges).toBeNull()
    expect(listBackups(file).filter(({ reason }) => reason === 'damaged')).toHaveLength(1)
  })
}

test('whoever only reads a project with a damaged log is told, and nothing is changed', async () => {
  const file = crashed()
  damages[0][1](file)
  const log = readFileSync(`${file}-wal`)
  const home = path.dirname(file)
  const status = await surmise(['status', file], { home })
  expect([status.code, status.output]).toEqual([
    0,
    expect.stringMatching(/^Changes made after .* couldn’t be read: the log .*damaged\.$/m),
  ])
  const told = await surmise(['status', file, '--json'], { home })
  expect(told.json).toMatchObject({
    lostChanges: { message: expect.stringContaining('couldn’t be read'), hint: expect.stringMatching(/\w/) },
  })
  const doctor = await surmise(['doctor', file, '--json'], { home })
  expect(doctor).toMatchObject({
    code: 1,
    json: {
      findings: expect.arrayContaining([expect.objectContaining({ part: 'project', name: 'Log', state: 'problem' })]),
    },
  })
  expect(readFileSync(`${file}-wal`).equals(log)).toBe(true)
  expect(listBackups(file)).toEqual([])
})

test('what is no damage is not called so', () => {
  const intact = crashed()
  expect(hasLostTransactions(intact)).toBe(false)
  const project = closing(openProject(intact))
  expect([project.lostChanges, project.labels.list()[0].presentCount]).toEqual([null, marks])

  // A frame that was being written when the power went, and frames of a transaction that never came to its end.
  const torn = crashed()
  const bytes = readFileSync(`${torn}-wal`)
  writeFileSync(`${torn}-wal`, Buffer.concat([bytes, bytes.subarray(32, 32 + frameSize / 2)]))
  expect(hasLostTransactions(torn)).toBe(false)
  const unfinished = crashed()
  const frame = Buffer.from(bytes.subarray(bytes.length - frameSize))
  frame.writeUInt32BE(0, 4)
  writeFileSync(`${unfinished}-wal`, Buffer.concat([readFileSync(`${unfinished}-wal`), frame]))
  expect(hasLostTransactions(unfinished)).toBe(false)

  // Frames of an earlier round of the log lie behind those of this one.
  const round = crashed((p) => {
    for (let i = 0; i < 60; i++) p.settings.set({ seed: i })
    const reading = p.snapshot()
    reading.close()
    // The log is moved into the file, and begins anew at its start.
    checkpoint(p.path)
  })
  expect(framesOf(round)).toBeGreaterThan(60)
  expect(hasLostTransactions(round)).toBe(false)

  for (const content of [Buffer.alloc(0), Buffer.alloc(10_000)]) {
    const empty = crashed()
    rmSync(`${empty}-shm`)
    writeFileSync(`${empty}-wal`, content)
    expect(hasLostTransactions(empty)).toBe(false)
  }
})

test.skipIf(process.platform === 'win32')(
  'a project that is open, and whose file or folder is gone: never called read-only',
  async () => {
    const ways: ((project: Project) => void)[] = [
      (project) => rmSync(project.path),
      (project) => rmSync(path.dirname(project.path), { recursive: true }),
      (project) => renameSync(path.dirname(project.path), `${path.dirname(project.path)}-moved`),
    ]
    for (const takeAway of ways) {
      const project = newProject({ labels: ['dog'], images: ['a.jpg'] })
      mark(project, 1)
      takeAway(project)
      const told = [
        userError(() => mark(project, 1)),
        userError(() => project.settings.set({ seed: 1 })),
        userError(() => project.snapshot()),
        await project.editLarge({ title: 'x' }, async () => 0).catch((error) => error),
        await project.check().catch((error) => error),
        await project.history.undo().catch((error) => error),
        await keepBackup(project.path, 'asked', { always: true }).catch((error) => error),
      ]
      expect(told.map(({ code }) => code).filter((code) => code !== 'project-moved' && code !== 'enoent')).toEqual([])
      expect(told.map(({ message, hint }) => `${message} ${hint}`).join('\n')).not.toMatch(/read-only/)
      project.close()
      expect(existsSync(project.path)).toBe(false)
    }
  },
)
