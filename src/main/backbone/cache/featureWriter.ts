import { constants, type FileHandle, mkdir, open } from 'node:fs/promises'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import {
  bytesOf,
  type CachedBackbone,
  type Entry,
  encodeEntry,
  encodeHeader,
  entryBytes,
  entryOf,
  gridLength,
  headerBytes,
  indexName,
  type RecordShape,
  recordBytes,
  recordsName,
  shapeOf,
} from './featureFormat.ts'
import { featureFolder, readIndex } from './featureReader.ts'
import { finishReplacing } from './featureSwap.ts'
import { lockFolder } from './lock.ts'

export interface NewRecord {
  /** SHA-256 of the image's content, hexadecimal. */
  key: string
  record: Float16Array
}

/** Maximum records per `append`. A power cut can damage only that many, so that many are checked at the next start. */
export const appendAtMost = 64

/** Writes the feature cache of one backbone. Only one writer exists at a time. */
export class FeatureWriter {
  readonly shape: RecordShape
  readonly #index: FileHandle
  readonly #records: FileHandle
  readonly #unlock: () => Promise<void>
  readonly #keys: Set<string>
  #count: number
  #last: Promise<void> = Promise.resolve()

  private constructor(
    shape: RecordShape,
    files: { index: FileHandle; records: FileHandle },
    content: { keys: Set<string>; count: number },
    unlock: () => Promise<void>,
  ) {
    this.shape = shape
    this.#index = files.index
    this.#records = files.records
    this.#keys = content.keys
    this.#count = content.count
    this.#unlock = unlock
  }

  /**
   * Opens or creates the cache, checks what was written last, and truncates what is torn.
   * @throws UserError `cache-in-use` if another process writes it; what the file system throws
   */
  static async open(cacheFolder: string, backbone: CachedBackbone): Promise<FeatureWriter> {
    const folder = featureFolder(cacheFolder, backbone)
    const shape = shapeOf(backbone)
    await mkdir(folder, { recursive: true })
    const unlock = await lockFolder(folder)
    const opened: FileHandle[] = []
    try {
      await finishReplacing(folder)
      // Not 'a': append mode would ignore the positions that keep index and records in step.
      for (const name of [indexName, recordsName]) {
        opened.push(await open(path.join(folder, name), constants.O_RDWR | constants.O_CREAT))
      }
      const [index, records] = opened
      const content = await recover(index, records, shape, backbone.identity)
      return new FeatureWriter(shape, { index, records }, content, unlock)
    } catch (error) {
      await Promise.all(opened.map((file) => file.close()))
      await unlock()
      throw error
    }
  }

  has(key: string): boolean {
    return this.#keys.has(key)
  }

  /**
   * Adds records durably: once it resolves, no crash or power cut can lose them. An image that already has a record keeps
   * it.
   * @throws what the file system throws (disk full …); earlier records are kept
   */
  append(records: readonly NewRecord[]): Promise<void> {
    if (records.length > appendAtMost)
      throw new Error(`${records.length} records at once; ${appendAtMost} are the limit`)
    const mine = this.#last.then(() => this.#append(records))
    this.#last = mine.catch(() => undefined)
    return mine
  }

  async close(): Promise<void> {
    await this.#last
    await Promise.all([this.#index.close(), this.#records.close()])
    await this.#unlock()
  }

  async #append(records: readonly NewRecord[]): Promise<void> {
    const added = [...new Map(records.map((one) => [one.key, one])).values()].filter(({ key }) => !this.#keys.has(key))
    if (added.length === 0) return
    const entries = Buffer.alloc(added.length * entryBytes)
    for (const [i, { key, record }] of added.entries()) {
      encodeEntry(entryOf(key, record, this.shape), this.#count + i, entries, i * entryBytes)
    }
    await writeAll(
      this.#records,
      added.map(({ record }) => bytesOf(record)),
      this.#count * recordBytes(this.shape),
    )
    await this.#records.datasync()
    await writeAll(this.#index, [entries], headerBytes + this.#count * entryBytes)
    await this.#index.datasync()
    this.#count += added.length
    for (const { key } of added) this.#keys.add(key)
  }
}

async function writeAll(file: FileHandle, parts: readonly Buffer[], at: number): Promise<void> {
  let position = at
  for (const part of parts) {
    for (let done = 0; done < part.length; ) {
      const { bytesWritten } = await file.write(part, done, part.length - done, position)
      done += bytesWritten
      position += bytesWritten
    }
  }
}

/** Restores both files to their last consistent state. */
async function recover(
  index: FileHandle,
  records: FileHandle,
  shape: RecordShape,
  identity: string,
): Promise<{ keys: Set<string>; count: number }> {
  const content = await readIndex(index, records, shape, identity)
  if (!content) {
    // New, or creating it was interrupted. Records without an index are worthless.
    await records.truncate(0)
    await index.truncate(0)
    await writeAll(index, [encodeHeader(shape, identity)], 0)
    await index.sync()
    return { keys: new Set(), count: 0 }
  }
  const { entries } = content
  let { count } = content
  for (let i = count - 1; i >= Math.max(0, content.count - appendAtMost); i--) {
    if (entries[i] && (await isWhole(records, entries[i]!, i, shape))) continue
    entries[i] = undefined
    if (i === count - 1) count = i
    // A record in the middle of the last batch: its slot stays empty.
    else await writeAll(index, [Buffer.alloc(entryBytes)], headerBytes + i * entryBytes)
  }
  await index.truncate(headerBytes + count * entryBytes)
  await records.truncate(count * recordBytes(shape))
  return { keys: new Set(entries.slice(0, count).flatMap((entry) => entry?.key ?? [])), count }
}

async function isWhole(records: FileHandle, entry: Entry, record: number, shape: RecordShape): Promise<boolean> {
  const size = recordBytes(shape)
  const bytes = Buffer.alloc(size)
  const { bytesRead } = await records.read(bytes, 0, size, record * size)
  if (bytesRead < size) return false
  const split = 2 * gridLength(shape)
  return crc32(bytes.subarray(0, split)) === entry.gridChecksum && crc32(bytes.subarray(split)) === entry.pooledChecksum
}
