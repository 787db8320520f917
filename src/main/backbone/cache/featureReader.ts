import { type FileHandle, open } from 'node:fs/promises'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import { UserError } from '../../base/errors.ts'
import type { Backbone } from '../backbone.ts'
import {
  type CachedBackbone,
  crossedOut,
  damaged,
  decodeEntry,
  decodeHeader,
  type Entry,
  entryBytes,
  gridLength,
  headerBytes,
  indexName,
  type RecordShape,
  recordBytes,
  recordsName,
  shapeOf,
} from './featureFormat.ts'
import { finishReplacing } from './featureSwap.ts'

/** The folder of a backbone's features within a project's cache. */
export function featureFolder(cacheFolder: string, backbone: Pick<Backbone, 'identity'>): string {
  return path.join(cacheFolder, 'features', backbone.identity)
}

/** The reliable part of an index: intact entries whose records are in the file. */
export interface IndexContent {
  entries: (Entry | undefined)[]
  /** Excludes torn entries at the end. */
  count: number
}

/** @returns undefined if there is no cache, or it has another shape, backbone or version */
export async function readIndex(
  index: FileHandle,
  records: FileHandle,
  shape: RecordShape,
  identity: string,
): Promise<IndexContent | undefined> {
  const content = await index.readFile()
  const header = decodeHeader(content)
  if (header?.identity !== identity || recordBytes(header.shape) !== recordBytes(shape)) return undefined
  const written = Math.floor((content.length - headerBytes) / entryBytes)
  const held = Math.floor((await records.stat()).size / recordBytes(shape))
  const entries: (Entry | undefined)[] = []
  for (let i = 0; i < Math.min(written, held); i++) entries.push(decodeEntry(content, headerBytes + i * entryBytes, i))
  return { entries, count: entries.findLastIndex((entry) => entry !== undefined) + 1 }
}

/** Maximum bytes per read: large enough for a disk's full speed, small enough for memory. */
const readAtMost = 8 * 1024 * 1024
/** Concurrent reads: a disk serves several as fast as one. */
const readsAtOnce = 8

/**
 * Reads the feature cache. It sees the records that were intact when it was opened, and verifies each one that it reads
 * against its checksum, so it never returns a torn record.
 */
export class FeatureReader {
  readonly shape: RecordShape
  readonly #records: FileHandle
  readonly #folder: string
  readonly #entries: (Entry | undefined)[]
  readonly #recordOf: Map<string, number>

  private constructor(folder: string, shape: RecordShape, records: FileHandle, entries: (Entry | undefined)[]) {
    this.#folder = folder
    this.shape = shape
    this.#records = records
    this.#entries = entries
    this.#recordOf = new Map(entries.flatMap((entry, i) => (entry ? [[entry.key, i]] : [])))
  }

  /**
   * @returns undefined if nothing has been embedded with this backbone yet
   * @throws what the file system throws
   */
  static async open(cacheFolder: string, backbone: CachedBackbone): Promise<FeatureReader | undefined> {
    const folder = featureFolder(cacheFolder, backbone)
    const shape = shapeOf(backbone)
    let index: FileHandle | undefined
    let records: FileHandle | undefined
    try {
      await finishReplacing(folder)
      index = await open(path.join(folder, indexName), 'r')
      records = await open(path.join(folder, recordsName), 'r')
      const content = await readIndex(index, records, shape, backbone.identity)
      if (content) return new FeatureReader(folder, shape, records, content.entries.slice(0, content.count))
    } catch (error) {
      await records?.close()
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      return undefined
    } finally {
      await index?.close()
    }
    await records.close()
    return undefined
  }

  /** Number of images with features. */
  get size(): number {
    return this.#recordOf.size
  }

  /** SHA-256 of each image with features, in file order. */
  get keys(): string[] {
    return [...this.#recordOf.keys()]
  }

  has(key: string): boolean {
    return this.#recordOf.has(key)
  }

  /** The images among these (SHA-256) without features, each once. */
  missing(keys: Iterable<string>): string[] {
    return [...new Set(keys)].filter((key) => !this.#recordOf.has(key))
  }

  /**
   * The record numbers of these images.
   * @param keys SHA-256 of each image's content
   * @throws UserError `features-missing`
   */
  recordsOf(keys: readonly string[]): Int32Array {
    const missing = this.missing(keys).length
    if (missing > 0) {
      throw new UserError(
        'features-missing',
        `${missing === 1 ? 'One image has' : `${missing} images have`} no features yet.`,
        'Embed the images first.',
      )
    }
    return Int32Array.from(keys, (key) => this.#recordOf.get(key)!)
  }

  /**
   * Pooled vectors of records, N×D, in the given order.
   * @param into N·D elements; a new Float32Array if left out
   * @throws UserError `features-damaged`
   */
  async readPooled<Into extends Float32Array | Float16Array = Float32Array<ArrayBuffer>>(
    records: ArrayLike<number>,
    into: Into = new Float32Array(records.length * this.shape.dimension) as Into,
  ): Promise<Into> {
    await this.#read(records, into, gridLength(this.shape), this.shape.dimension, (entry) => entry.pooledChecksum)
    return into
  }

  /**
   * Grids of records, N×(grid height · grid width)×D, in the given order. Adjacent records are read together.
   * @param into N · positions · D elements; float16 is cheapest, because the file holds it
   * @throws UserError `features-damaged`
   */
  async readGrid<Into extends Float32Array | Float16Array>(records: ArrayLike<number>, into: Into): Promise<Into> {
    await this.#read(records, into, 0, gridLength(this.shape), (entry) => entry.gridChecksum)
    return into
  }

  async close(): Promise<void> {
    await this.#records.close()
  }

  /** Reads a part of each record. @param first, length the part, in elements */
  async #read(
    records: ArrayLike<number>,
    into: Float32Array | Float16Array,
    first: number,
    length: number,
    checksumOf: (entry: Entry) => number,
  ): Promise<void> {
    if (into.length !== records.length * length) {
      throw new Error(`${records.length} records need ${records.length * length} elements, not ${into.length}`)
    }
    const size = recordBytes(this.shape)
    const bad = new Set<number>()
    const place = (bytes: Buffer, record: number, row: number) => {
      const entry = this.#entries[record]
      if (!entry || crc32(bytes) !== checksumOf(entry)) bad.add(record)
      else into.set(new Float16Array(bytes.buffer, bytes.byteOffset, length), row * length)
    }
    // Small parts of large records are read one by one; otherwise whole runs are read, gaps included.
    const together = 2 * length >= size / 4 ? Math.max(1, Math.floor(readAtMost / size)) : 1
    const runs = runsOf(records, together)
    let next = 0
    const read = async () => {
      const buffer = Buffer.from(new ArrayBuffer((together - 1) * size + 2 * length))
      while (next < runs.length) {
        const run = runs[next++]
        const wanted = (run.last - run.first) * size + 2 * length
        const { bytesRead } = await this.#records.read(buffer, 0, wanted, run.first * size + 2 * first)
        for (const { record, row } of run.rows) {
          const at = (record - run.first) * size
          if (at + 2 * length > bytesRead) bad.add(record)
          else place(buffer.subarray(at, at + 2 * length), record, row)
        }
      }
    }
    await Promise.all(Array.from({ length: Math.min(readsAtOnce, runs.length) }, read))
    if (bad.size > 0) {
      await this.#crossOut(bad)
      throw damaged(bad.size)
    }
  }

  /** Invalidates damaged records, here and in the file, so that they are embedded again. */
  async #crossOut(bad: ReadonlySet<number>): Promise<void> {
    const index = await open(path.join(this.#folder, indexName), 'r+')
    try {
      for (const record of bad) {
        const entry = this.#entries[record]
        if (entry) this.#recordOf.delete(entry.key)
        this.#entries[record] = undefined
        await index.write(crossedOut, 0, entryBytes, headerBytes + record * entryBytes)
      }
    } finally {
      await index.close()
    }
  }
}

interface Run {
  first: number
  last: number
  rows: { record: number; row: number }[]
}

/** Groups requested records into runs of neighbours. @param together maximum records per run */
function runsOf(records: ArrayLike<number>, together: number): Run[] {
  const wanted = Array.from(records, (record, row) => ({ record, row })).sort((a, b) => a.record - b.record)
  const runs: Run[] = []
  for (const one of wanted) {
    const run = runs.at(-1)
    if (run && one.record - run.last <= 1 && one.record - run.first < together) {
      run.last = one.record
      run.rows.push(one)
    } else runs.push({ first: one.record, last: one.record, rows: [one] })
  }
  return runs
}
