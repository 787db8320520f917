import type { ImageStatus, StoredFilter, StoredSort } from '../../domain/imageFilter.ts'
import type { ReadableDatabase, Value, Write } from '../database.ts'
import { soundRow } from '../soundRow.ts'
import type { Image } from '../types.ts'
import { filterSql, sortSql } from './filter.ts'
import { applyScan, type ScanChanges } from './scan.ts'

interface ImageRow {
  id: number
  uid: string
  path: string
  width: number
  height: number
  orientation: number
  byte_size: number
  mtime_ms: number
  sha256: string | null
  status: ImageStatus
  problem_code: string | null
  problem: string | null
  added_at: number
  present_count: number
  absent_count: number
}

/** What a scan compares files with. */
export interface KnownImage {
  id: number
  uid: string
  path: string
  size: number
  mtimeMs: number
  sha256: string | null
  status: ImageStatus
}

export interface ImageCounts {
  total: number
  ok: number
  missing: number
  broken: number
  /** Images with at least one known label. */
  started: number
}

const byPath: StoredSort = { by: 'path' }
const idsAtOnce = 500
const knownAtOnce = 1000

const columns = `id, uid, path, width, height, orientation, byte_size, mtime_ms, sha256, status, problem_code, problem,
  added_at, present_count, absent_count`

/** The images. Rows are added by scans and never deleted, so labels can't lose their image. */
export class ImagesTable {
  readonly #db: ReadableDatabase
  readonly #write: Write

  constructor(db: ReadableDatabase, write: Write) {
    this.#db = db
    this.#write = write
  }

  get(id: number): Image | undefined {
    const row = this.#db.get<ImageRow>(`SELECT ${columns} FROM image WHERE id = ?`, id)
    return row && imageOf(row, this.#db)
  }

  /** The image whose file is currently at this path. */
  byPath(path: string): Image | undefined {
    const row = this.#db.get<ImageRow>(`SELECT ${columns} FROM image WHERE path = ? AND status <> 'missing'`, path)
    return row && imageOf(row, this.#db)
  }

  byUid(uid: string): Image | undefined {
    const row = this.#db.get<ImageRow>(`SELECT ${columns} FROM image WHERE uid = ?`, uid)
    return row && imageOf(row, this.#db)
  }

  /** In the order of the ids; ids that don't exist are skipped. */
  many(ids: ArrayLike<number>): Image[] {
    const images: Image[] = []
    for (let at = 0; at < ids.length; at += idsAtOnce) {
      const part = Array.from({ length: Math.min(idsAtOnce, ids.length - at) }, (_, index) => ids[at + index])
      const rows = this.#db.all<ImageRow>(
        `SELECT ${columns} FROM image WHERE id IN (SELECT value FROM json_each(?))`,
        JSON.stringify(part),
      )
      const found = new Map(rows.map((row) => [row.id, row]))
      for (const id of part) {
        const row = found.get(id)
        if (row) images.push(imageOf(row, this.#db))
      }
    }
    return images
  }

  /** The ids of all images that match the filter, in order, which is what a grid scrolls over. */
  ids(filter: StoredFilter = {}, sort: StoredSort = byPath): Int32Array {
    const { sql, values } = filterSql(filter)
    return Int32Array.from(
      this.#db.column<number>(`SELECT id FROM image WHERE ${sql} ORDER BY ${sortSql(sort)}`, ...values),
    )
  }

  /** One page of the images that match the filter. */
  page(filter: StoredFilter, sort: StoredSort, offset: number, limit: number): Image[] {
    const { sql, values } = filterSql(filter)
    // Ids are selected first, so that only the page's rows are read in full.
    const ids = this.#db.column<number>(
      `SELECT id FROM image WHERE ${sql} ORDER BY ${sortSql(sort)} LIMIT ? OFFSET ?`,
      ...values,
      limit,
      offset,
    )
    return this.many(ids)
  }

  count(filter: StoredFilter = {}): number {
    const { sql, values } = filterSql(filter)
    return this.#db.value<number>(`SELECT count(*) FROM image WHERE ${sql}`, ...values)!
  }

  counts(): ImageCounts {
    const byStatus = new Map(
      this.#db.tuples<[ImageStatus, number]>('SELECT status, count(*) FROM image GROUP BY status'),
    )
    const counts = {
      ok: byStatus.get('ok') ?? 0,
      missing: byStatus.get('missing') ?? 0,
      broken: byStatus.get('broken') ?? 0,
    }
    return { ...counts, total: counts.ok + counts.missing + counts.broken, started: this.count({ known: 'something' }) }
  }

  /** All images by id, read in batches, so that other calls may come in between. */
  *known(): Generator<KnownImage> {
    for (let after = 0; ; ) {
      const rows = this.#db.all<KnownImage>(
        `SELECT id, uid, path, byte_size AS size, mtime_ms AS mtimeMs, sha256, status
         FROM image WHERE id > ? ORDER BY id LIMIT ${knownAtOnce}`,
        after,
      )
      for (const row of rows) yield soundRow('image', row, this.#db.path)
      if (rows.length < knownAtOnce) return
      after = rows.at(-1)!.id
    }
  }

  /** Writes the results of a scan, all at once or in batches. No image loses its id, or its labels. */
  applyScan(changes: ScanChanges): void {
    this.#write((db) => applyScan(db, changes))
  }
}

/** The next images by id, for iterating over all of them. */
export function imagesAfter(
  db: ReadableDatabase,
  after: number,
  limit: number,
  condition: string,
  ...values: Value[]
): Image[] {
  return db
    .all<ImageRow>(
      `SELECT ${columns} FROM image WHERE id > ? AND ${condition} ORDER BY id LIMIT ?`,
      after,
      ...values,
      limit,
    )
    .map((row) => imageOf(row, db))
}

function imageOf(row: ImageRow, db: ReadableDatabase): Image {
  soundRow('image', row, db.path)
  return {
    id: row.id,
    uid: row.uid,
    path: row.path,
    width: row.width,
    height: row.height,
    orientation: row.orientation,
    size: row.byte_size,
    mtimeMs: row.mtime_ms,
    sha256: row.sha256,
    status: row.status,
    problem: row.problem_code === null ? null : { code: row.problem_code, message: row.problem ?? '' },
    addedAt: row.added_at,
    presentCount: row.present_count,
    absentCount: row.absent_count,
  }
}
