import { randomUUID } from 'node:crypto'
import type { Connection, ReadableDatabase } from '../database.ts'
import { foldText, naturalOrderKey } from './path.ts'

/** What a scan finds out about a file, intact or broken. */
export interface ScannedImage {
  /** Relative to the image folder, with forward slashes, spelt as on disk. */
  path: string
  /** Pixels, after applying the orientation; 0 if unknown. */
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

/** The results of a scan, or one batch of them. */
export interface ScanChanges {
  added?: readonly ScannedImage[]
  /** Images with other content, another date or another status at the same path, including missing ones that are back. */
  changed?: readonly { id: number; file: ScannedImage }[]
  /** Images whose content is now at another path. */
  moved?: readonly { id: number; file: ScannedImage }[]
  missing?: readonly number[]
}

/**
 * Writes the results of a scan, within a transaction. No image is ever deleted, or loses its id.
 *
 * A path belongs to the file last found there. As files may have swapped names, the paths of all moved images are released first.
 * An image that still occupies a path needed by another is missing until a scan finds it elsewhere.
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
    // If an image has become broken, its former size is kept, as it may still be useful.
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
  // After an interrupted scan, the same new file may be reported again.
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
  // The column also holds notes on images that can be read.
  return file.status === 'ok'
    ? ['ok', file.reasonCode || null, file.reason || null]
    : ['broken', file.reasonCode, file.reason]
}
