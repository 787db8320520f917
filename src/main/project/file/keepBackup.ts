import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { asUserError, UserError } from '../../base/errors.ts'
import { copyDurably, syncFolder } from '../../base/files.ts'
import { temporaryName } from '../../base/leftOvers.ts'
import { Connection } from '../database.ts'
import { type BackupReason, backupFile, backupFolder, listBackups, nextBackupName, removeSurplus } from './backups.ts'
import { inspectHeader } from './header.ts'
import { ProjectLock } from './lock.ts'
import { maintain } from './maintenance.ts'
import { keepPrivate } from './privacy.ts'

/** Bytes that must stay free: a full disk would stop the very work that backups protect. */
const roomToLeave = 64 * 1024 * 1024

export interface KeepOptions {
  signal?: AbortSignal
  /** Even if the latest backup holds the same, or nothing was done yet. */
  always?: boolean
}

/**
 * Copies the current state of a project into its backup folder while it is in use, and deletes surplus backups.
 * @returns the name; null if there was nothing new to keep
 * @throws UserError `backup-no-room`, those of the file system, see `asProjectError`; the signal's reason
 */
export async function keepBackup(
  file: string,
  reason: BackupReason,
  { signal, always = false }: KeepOptions = {},
): Promise<string | null> {
  const folder = backupFolder(file)
  const letOthers = keepPrivate(file)
  try {
    await mkdir(folder, { recursive: true })
    requireRoom(file, folder)
    const latest = listBackups(file)[0]
    const unlessLike = latest ? path.join(folder, latest.name) : null
    const into = temporaryName(path.join(folder, 'backup'))
    try {
      if (!(await maintain('backup', { file, into, unlessLike, always }, signal))) return null
      signal?.throwIfAborted()
      const name = nextBackupName(file, reason)
      await rename(into, path.join(folder, name))
      await syncFolder(folder)
      removeSurplus(file)
      return name
    } finally {
      for (const suffix of ['', '-wal', '-shm', '-journal']) await rm(into + suffix, { force: true })
    }
  } catch (error) {
    throw asUserError(error)
  } finally {
    letOthers()
  }
}

/** The same synchronously, through a connection that nobody else uses yet. @throws as `keepBackup` */
export function keepBackupNow(connection: Connection, reason: BackupReason): string {
  const { path: file } = connection
  const folder = backupFolder(file)
  try {
    mkdirSync(folder, { recursive: true })
    requireRoom(file, folder)
    const into = temporaryName(path.join(folder, 'backup'))
    try {
      connection.run('VACUUM INTO ?', into)
      const name = nextBackupName(file, reason)
      renameSync(into, path.join(folder, name))
      removeSurplus(file)
      return name
    } finally {
      rmSync(into, { force: true })
    }
  } catch (error) {
    throw asUserError(error)
  }
}

/**
 * Replaces the project file, which nobody has open, with a backup. The current file is backed up first. If the process is killed at
 * any point, the file is either the old one or the restored one.
 * @returns the name of the backup of the old file; null if there was none
 * @throws UserError `backup-missing`, `backup-damaged`, `project-open-elsewhere`, `project-locked`, those of the file system
 */
export async function restoreBackup(file: string, name: string): Promise<string | null> {
  const source = backupFile(file, name)
  const letOthers = keepPrivate(file)
  try {
    await requireSoundBackup(source, name)
    const lock = new ProjectLock(file)
    try {
      const kept = existsSync(file) ? await keepPresent(file) : null
      await settle(file)
      await copyDurably(source, file)
      return kept
    } finally {
      lock.release()
    }
  } catch (error) {
    throw asUserError(error)
  } finally {
    letOthers()
  }
}

async function requireSoundBackup(source: string, name: string): Promise<void> {
  const refused = (cause?: unknown): UserError =>
    new UserError('backup-damaged', `The backup “${name}” can’t be read.`, 'Choose another.', { cause })
  let problems: string[]
  try {
    inspectHeader(source, statSync(source).size)
    problems = await maintain('check', { file: source })
  } catch (error) {
    if (error instanceof UserError && error.code === 'project-too-new') throw error
    throw refused(error)
  }
  if (problems.length > 0) throw refused(new Error(problems.join('\n')))
}

/** An unreadable file is kept as it is: repairing it may need every byte, and its log. */
async function keepPresent(file: string): Promise<string | null> {
  try {
    inspectHeader(file, statSync(file).size)
    return await keepBackup(file, 'restore', { always: true })
  } catch (error) {
    const damaged = ['project-damaged', 'not-a-project', 'project-too-new']
    if (!(error instanceof UserError && damaged.includes(error.code))) throw error
  }
  return keepAsItIs(file)
}

/**
 * Keeps a damaged file with its log, byte for byte. Nobody has it open.
 * @returns the name of the backup @throws UserError `backup-no-room`, those of the file system
 */
export function keepAsItIs(file: string): string {
  const folder = backupFolder(file)
  const name = nextBackupName(file, 'damaged')
  try {
    mkdirSync(folder, { recursive: true })
    requireRoom(file, folder)
    for (const suffix of ['-wal', '']) {
      if (!existsSync(file + suffix)) continue
      const into = temporaryName(path.join(folder, 'backup'))
      try {
        copyFileSync(file + suffix, into, constants.COPYFILE_FICLONE)
        syncFile(into)
        renameSync(into, path.join(folder, name + suffix))
      } finally {
        rmSync(into, { force: true })
      }
    }
    return name
  } catch (error) {
    throw asUserError(error)
  }
}

function syncFile(file: string): void {
  const handle = openSync(file, 'r+')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Removes the old file's log, which must not be applied to the new file. @throws UserError `project-locked` */
async function settle(file: string): Promise<void> {
  if (existsSync(file)) {
    try {
      const connection = new Connection(file, { busyMs: 1000 })
      try {
        connection.pragma('journal_mode = DELETE')
      } finally {
        connection.close()
      }
    } catch (error) {
      const damaged = ['project-damaged', 'not-a-project']
      if (!(error instanceof UserError && damaged.includes(error.code))) throw error
    }
  }
  for (const suffix of ['-wal', '-shm', '-journal']) await rm(file + suffix, { force: true })
}

function requireRoom(file: string, folder: string): void {
  const needed = ['', '-wal'].reduce((sum, suffix) => {
    return sum + (statSync(file + suffix, { throwIfNoEntry: false })?.size ?? 0)
  }, roomToLeave)
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize >= needed) return
  throw new UserError(
    'backup-no-room',
    `There’s no room for a project backup on the disk of ${folder}.`,
    'Free some space; until then, no backups are made.',
  )
}
