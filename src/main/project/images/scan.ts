import { randomUUID } from 'node:crypto'
import type { Connection, ReadableDatabase } from '../database.ts'
import { foldText, naturalOrderKey } from './path.ts'

/** What a scan tells of a file, whole or broken. */
export interface ScannedImage {
  /** Relative to the images' root, forward slashes, Unicode as on disk. */
  path: string
  /** Upright pixels; 0 if not known. */
  width: number
  height: number
  /** EXIF's 1 … 8. */
  orientation: number
  size: number
  mtimeMs: number
  sha256: string | null
  status: 'ok' | 'broken'
  /** Why it is broken: a sentence, and a code for it. */
  reason: string
  reasonCode: string
}

/** What a scan found: all of it, or one batch. */
export interface ScanChanges {
  added?: readonly ScannedImage[]
  /** Other content, another date, or another status at the same path; also a missing one that is back. */
  changed?: readonly { id: number; file: ScannedImage }[]
  /** The content of a known image, now at another path. */
  moved?: readonly { id: number; file: ScannedImage }[]
  missing?: readonly number[]
}

/**
 * Writes what a scan found, within a transaction. No image is ever deleted, and none loses its id.
 *
 * A path belongs to the last file that was found there. Names may have gone round in a circle, so all images that left
 * their path are taken off it first; one that is still on it after that is missing until a scan finds it elsewhere.
 */
export function applyScan(db: Connection, changes: ScanChanges, now = Date.now()): void {
  const { added = [], changed = [], moved = [], missing = [] } = changes
  for (const id of missing) markMissing(db, id)
  for (const { id } of moved) markMissing(db, id)
  for (const { id, file } of [...moved, ...changed]) place(db, id, file)
  for (const file of added) add(db, file, now)
}

function markMissing(db: Connection, id: number): void {
  db.run(
    `UPDATE image SET status = 'missing', problem_code = 'missing', problem = 'The file is no longer there.' WHERE id = ?`,
    id,
  )
}

function place(db: Connection, id: number, file: ScannedImage): void {
  const occupant = idAt(db, file.path)
  if (occupant !== undefined && occupant !== id) markMissing(db, occupant)
  const { changes } = db.run(
    // The size in pixels of an image that has broken since is still worth knowing.
    `UPDATE image SET path = ?, order_key = ?, search_text = ?,
       width = iif(? > 0, ?, width), height = iif(? > 0, ?, height), orientation = ?,
       byte_size = ?, mtime_ms = ?, sha256 = ?, status = ?, problem_code = ?, problem = ?
     WHERE id = ?`,
    file.path,
    naturalOrderKey(file.path),
    foldText(file.path),
    file.width,
    file.width,
    file.height,
    file.height,
    file.orientation,
    file.size,
    Math.trunc(file.mtimeMs),
    file.sha256,
    ...statusColumns(file),
    id,
  )
  if (changes === 0) throw new Error(`There is no image ${id}.`)
}

function add(db: Connection, file: ScannedImage, now: number): void {
  // A scan that was cut short may tell of the same new file again.
  const known = idAt(db, file.path)
  if (known !== undefined) {
    place(db, known, file)
    return
  }
  db.run(
    `INSERT INTO image (uid, path, order_key, search_text, width, height, orientation, byte_size, mtime_ms, sha256,
       status, problem_code, problem, added_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    randomUUID(),
    file.path,
    naturalOrderKey(file.path),
    foldText(file.path),
    file.width,
    file.height,
    file.orientation,
    file.size,
    Math.trunc(file.mtimeMs),
    file.sha256,
    ...statusColumns(file),
    now,
  )
}

function idAt(db: ReadableDatabase, path: string): number | undefined {
  return db.value<number>("SELECT id FROM image WHERE path = ? AND status <> 'missing'", path)
}

function statusColumns(file: ScannedImage): [status: string, code: string | null, problem: string | null] {
  // What is to be known of an image that can be read stands there, too.
  return file.status === 'ok'
    ? ['ok', file.reasonCode || null, file.reason || null]
    : ['broken', file.reasonCode, file.reason]
}
