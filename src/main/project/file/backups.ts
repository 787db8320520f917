import { readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../base/errors.ts'

/** Why a backup was made. `restore`: the state that a restored backup replaced; `damaged`: the same, byte for byte. */
export const backupReasons = [
  ...(['opened', 'hourly', 'migration', 'action', 'asked', 'restore', 'rescue', 'damaged'] as const),
]
export type BackupReason = (typeof backupReasons)[number]

/** A copy of the project file at one moment, and a complete project itself. */
export interface Backup {
  /** The file's name in the backup folder. */
  name: string
  /** Rises with every backup, whatever the clock says. */
  number: number
  /** Milliseconds since 1970. */
  at: number
  reason: BackupReason
  /** In bytes. */
  size: number
}

/** What is kept: never fewer than `least`, whatever their size. */
export const keep = {
  latest: 8,
  /** Of older ones, the last of each of this many days, then of this many weeks. */
  days: 7,
  weeks: 4,
  /** How many to keep from before format upgrades. */
  migrations: 2,
  /** Total size in bytes. */
  size: 4 * 1024 ** 3,
  least: 2,
}

const day = 24 * 3600_000
const pattern = /^(\d{4,}) (\d{4}-\d\d-\d\d) (\d\d)-(\d\d)-(\d\d)Z (\w+)\.surmise$/

/** 'NAME.surmise-backups' beside the file: not in the cache, which may be deleted at any time. */
export function backupFolder(projectPath: string): string {
  return `${projectPath}-backups`
}

/** Newest first. */
export function listBackups(projectPath: string): Backup[] {
  const folder = backupFolder(projectPath)
  return namesIn(folder)
    .flatMap((name) => {
      const backup = backupOf(name)
      const facts = backup && statSync(path.join(folder, name), { throwIfNoEntry: false })
      return backup && facts?.isFile() ? [{ ...backup, size: facts.size }] : []
    })
    .sort((a, b) => b.number - a.number)
}

/** The file of a backup. @throws UserError `backup-missing` */
export function backupFile(projectPath: string, name: string): string {
  // The name comes from outside: only a proper backup name may lead into the folder.
  if (listBackups(projectPath).some((one) => one.name === name)) return path.join(backupFolder(projectPath), name)
  throw new UserError('backup-missing', `There is no backup “${name}”.`, 'Choose one from the list.')
}

/** The name of the next backup. */
export function nextBackupName(projectPath: string, reason: BackupReason, now = Date.now()): string {
  const number = (listBackups(projectPath)[0]?.number ?? 0) + 1
  const [date, time] = new Date(now).toISOString().slice(0, 19).split('T')
  return `${String(number).padStart(4, '0')} ${date} ${time.replaceAll(':', '-')}Z ${reason}.surmise`
}

/** The backups to delete. @param backups newest first */
export function surplusOf(backups: readonly Backup[], limits = keep): Backup[] {
  const kept = new Set(backups.slice(0, limits.latest))
  for (const one of backups.filter(({ reason }) => reason === 'migration').slice(0, limits.migrations)) kept.add(one)
  for (const [length, most] of [
    [day, limits.days],
    [7 * day, limits.weeks],
  ]) {
    const seen = new Set<number>()
    for (const one of backups) {
      const span = Math.floor(one.at / length)
      if (seen.size < most && !seen.has(span)) kept.add(one)
      seen.add(span)
    }
  }
  let [size, count] = [0, 0]
  for (const one of backups) {
    if (!kept.has(one)) continue
    size += one.size
    count++
    if (size > limits.size && count > limits.least) kept.delete(one)
  }
  return backups.filter((one) => !kept.has(one))
}

/** Deletes surplus backups. Those that can't be deleted stay. */
export function removeSurplus(projectPath: string): void {
  const folder = backupFolder(projectPath)
  for (const { name } of surplusOf(listBackups(projectPath))) {
    for (const suffix of ['', '-wal']) {
      try {
        rmSync(path.join(folder, name + suffix), { force: true })
      } catch {
        // Another program may be reading it; it goes next time.
      }
    }
  }
}

function backupOf(name: string): Omit<Backup, 'size'> | undefined {
  const [, number, date, hours, minutes, seconds, word] = pattern.exec(name) ?? []
  const reason = backupReasons.find((one) => one === word)
  const at = Date.parse(`${date}T${hours}:${minutes}:${seconds}Z`)
  return reason && Number.isFinite(at) ? { name, number: Number(number), at, reason } : undefined
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // No folder, no backups.
    return []
  }
}
