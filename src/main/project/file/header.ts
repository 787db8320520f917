import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { notAProject, projectDamaged, projectTooNew } from '../errors.ts'
import { applicationId, newestVersion } from '../migrations/index.ts'

/**
 * Reads the first 100 bytes before SQLite touches a file that may not be ours. https://sqlite.org/fileformat.html
 * @throws UserError `not-a-project`, `project-too-new`, `project-damaged`
 */
export function inspectHeader(file: string, size: number): void {
  const header = Buffer.alloc(100)
  const handle = openSync(file, 'r')
  try {
    readSync(handle, header, 0, 100, 0)
  } finally {
    closeSync(handle)
  }
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0') throw notAProject(file, 'holds something else')
  if (header.readUInt32BE(68) !== applicationId) throw notAProject(file, 'is the database of another program')
  const version = header.readUInt32BE(60)
  if (version > newestVersion) throw projectTooNew(file, version, newestVersion)
  const pageSize = header.readUInt16BE(16) === 1 ? 65536 : header.readUInt16BE(16)
  // While there is a log, pages that the header counts may still be in it.
  const log = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0
  if (log === 0 && size < header.readUInt32BE(28) * pageSize) throw projectDamaged(file)
}
