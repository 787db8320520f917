import path from 'node:path'
import { listBackups } from '../../project/file/backups.ts'
import type { ReadableProject } from '../../project/readable.ts'

/** The notice for a project whose write-ahead log was damaged: changes are missing that nobody would notice otherwise. */
export function lostChangesOf(project: ReadableProject): { message: string; hint: string } | null {
  if (!project.lostChanges) return null
  const { keptAs } = project.lostChanges
  const [last] = project.history.list(1)
  const since = last
    ? `Changes made after ${new Date(last.at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
    : 'Changes'
  const message = `${since} couldn’t be read: the log beside the project file (${path.basename(project.path)}-wal) is damaged.`
  if (keptAs === null) {
    return { message, hint: 'Copy the project file and everything beside it before opening it for editing.' }
  }
  const number = listBackups(project.path).find(({ name }) => name === keptAs)?.number
  const kept = number === undefined ? 'among the backups' : `as backup ${number}`
  return { message, hint: `Everything readable was recovered. The original file and log are kept ${kept}.` }
}
