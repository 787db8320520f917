import type { Hash } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, statfs } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { cancelled } from '../../base/errors.ts'
import { syncFolder } from '../../base/files.ts'
import type { Job } from '../../images/job.ts'
import { Rate } from '../../images/rate.ts'
import { lockFolder } from '../cache/lock.ts'
import { chunksOf } from './chunks.ts'
import * as failures from './failures.ts'
import { hashOfPart, type Part, partOf, readPart, removeNote, removePart, writeNote } from './part.ts'
import { type Connection, connect, type Response } from './request.ts'

export interface DownloadInput {
  url: URL
  /** Absolute. */
  target: string
  /** Required size and hash, if known. */
  bytes: number | null
  sha256: string | null
  proxy: string
  /** Milliseconds without a byte after which the server counts as gone. */
  stall?: number
  /** Milliseconds before each retry after attempts that brought nothing. */
  pauses?: readonly number[]
  /** Inspects the complete file before it gets its final name; throws to reject it. */
  check?: (file: string) => Promise<void>
}

export interface DownloadProgress {
  done: number
  /** Undefined while unknown. */
  total: number | undefined
  secondsLeft: number | undefined
}

export interface Downloaded {
  bytes: number
  sha256: string
  /** Bytes left from an earlier attempt. */
  resumedFrom: number
}

/** An endless file must not fill the disk. */
const largest = 16e9
const reportEvery = 200
/** At most this much is fetched again after a power cut. */
const syncEvery = 32e6

/**
 * Streams a file to a place beside its target, checks size and hash, then renames it in one step. An interrupted download is resumed,
 * now or next time, if the server confirms that the file hasn't changed.
 * @throws UserError `download-…`, `redirect-…`, `disk-full`, `address-unsafe`, `cache-in-use`, `cancelled`; what `check` throws
 */
export async function download(input: DownloadInput, job: Job<DownloadProgress> = {}): Promise<Downloaded> {
  try {
    const folder = path.dirname(input.target)
    await mkdir(folder, { recursive: true })
    const unlock = await lockFolder(folder, failures.inUse)
    const connection = connect(input.proxy, input.stall ?? 30_000)
    try {
      return await downloadLocked(connection, input, job)
    } finally {
      await connection.close()
      await unlock()
    }
  } catch (error) {
    if (job.signal?.aborted) throw cancelled('The download')
    throw failures.asSentence(error, input.url)
  }
}

async function downloadLocked(
  connection: Connection,
  input: DownloadInput,
  job: Job<DownloadProgress>,
): Promise<Downloaded> {
  const { target } = input
  const kept = await readPart(target, input.url.href)
  const got = await fetchAll(connection, input, kept, job).catch(async (error) => {
    // The server may have been wrong that the file is the same: try once more from the start.
    if (!failures.isWrongContent(error)) throw error
    await removePart(target)
    if (!kept) throw error
    return fetchAll(connection, input, undefined, job)
  })
  await input.check?.(partOf(target)).catch(async (error) => {
    await removePart(target)
    throw error
  })
  await rename(partOf(target), target)
  await syncFolder(path.dirname(target))
  await removeNote(target)
  return got
}

/** Retries until it is complete. */
async function fetchAll(
  connection: Connection,
  input: DownloadInput,
  kept: Part | undefined,
  job: Job<DownloadProgress>,
): Promise<Downloaded> {
  const pauses = input.pauses ?? [500, 1000, 2000, 4000, 8000]
  const part = await PartFile.open(input, kept)
  const tell = teller(job, part.bytes)
  try {
    for (let failed = 0; ; ) {
      const before = part.bytes
      try {
        await part.goOn(connection, job.signal, tell)
        break
      } catch (error) {
        job.signal?.throwIfAborted()
        if (!failures.maybePasses(error)) throw error
        failed = part.bytes > before ? 1 : failed + 1
        if (failed > pauses.length) throw error
        await wait(pauses[failed - 1], undefined, { signal: job.signal })
      }
    }
    return await part.finish()
  } finally {
    await part.close()
  }
}

/** The file so far, and its hash. */
class PartFile {
  readonly #input: DownloadInput
  readonly #file: FileHandle
  readonly #resumedFrom: number
  #hash: Hash
  #validator: string | null
  #total: number | undefined
  #synced: number
  bytes: number

  private constructor(input: DownloadInput, file: FileHandle, hash: Hash, kept: Part | undefined) {
    this.#input = input
    this.#file = file
    this.#hash = hash
    this.#validator = kept?.validator ?? null
    this.#resumedFrom = kept?.bytes ?? 0
    this.bytes = this.#resumedFrom
    this.#synced = this.bytes
    this.#total = input.bytes ?? undefined
  }

  static async open(input: DownloadInput, kept: Part | undefined): Promise<PartFile> {
    if (!kept) await removePart(input.target)
    const hash = await hashOfPart(input.target, kept?.bytes ?? 0)
    const file = await open(partOf(input.target), kept ? 'r+' : 'w+')
    await file.truncate(kept?.bytes ?? 0)
    return new PartFile(input, file, hash, kept)
  }

  /** One request, from the current position on. */
  async goOn(
    connection: Connection,
    signal: AbortSignal | undefined,
    tell: (done: number, total: number | undefined) => void,
  ): Promise<void> {
    const { url } = this.#input
    // Already complete: it was killed between the last byte and the rename.
    if (this.#total !== undefined && this.bytes === this.#total) return
    const mayResume = this.bytes > 0 && this.#validator !== null
    const range = { range: `bytes=${this.bytes}-`, 'if-range': this.#validator ?? '' }
    const abort = new AbortController()
    const both = signal ? AbortSignal.any([signal, abort.signal]) : abort.signal
    const response = await connection.get(url, mayResume ? range : {}, both)
    const chunks = chunksOf(response.body)
    try {
      if (await this.#begin(response)) return
      await this.#requireRoom()
      for await (const chunk of chunks) {
        await this.#write(chunk)
        tell(this.bytes, this.#total)
      }
      if (this.#total !== undefined && this.bytes < this.#total) throw failures.brokenOff()
    } finally {
      abort.abort()
    }
  }

  /** @returns whether nothing more is to come */
  async #begin({ status, headers }: Response): Promise<boolean> {
    const { url, bytes } = this.#input
    const [, from, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(headers['content-range'] ?? '') ?? []
    const isSame = (validatorOf(headers) ?? this.#validator) === this.#validator
    if (status === 206 || status === 416) {
      const isWhole = status === 416 && isSame && Number(total) === this.bytes
      const goesOn = status === 206 && isSame && Number(from) === this.bytes
      if (isWhole || (goesOn && (this.#total ?? Number(total)) === Number(total))) {
        this.#total = Number(total)
        return isWhole
      }
      await this.#beginAnew()
      throw failures.brokenOff()
    }
    if (status !== 200) throw failures.refused(url, status)
    // The file has changed, or the server doesn't support ranges.
    await this.#beginAnew()
    const told = headers['content-length'] === undefined ? undefined : Number(headers['content-length'])
    if (bytes !== null && told !== undefined && told !== bytes) throw failures.wrongSize(url, bytes, told)
    this.#total = bytes ?? told
    this.#validator = validatorOf(headers)
    return false
  }

  async #beginAnew(): Promise<void> {
    await this.#file.truncate(0)
    this.#hash = await hashOfPart(this.#input.target, 0)
    this.bytes = 0
    this.#synced = 0
    this.#validator = null
    this.#total = this.#input.bytes ?? undefined
  }

  async #requireRoom(): Promise<void> {
    if (this.#total === undefined) return
    const { bavail, bsize } = await statfs(path.dirname(this.#input.target))
    const needed = this.#total - this.bytes
    if (bavail * bsize < needed) throw failures.noRoom(needed, bavail * bsize)
  }

  async #write(chunk: Buffer): Promise<void> {
    const end = this.bytes + chunk.length
    if (end > (this.#total ?? largest)) throw failures.wrongSize(this.#input.url, this.#total ?? largest, end)
    for (let written = 0; written < chunk.length; ) {
      const { bytesWritten } = await this.#file.write(chunk, written, chunk.length - written, this.bytes + written)
      written += bytesWritten
    }
    this.#hash.update(chunk)
    this.bytes = end
    if (this.bytes - this.#synced >= syncEvery) await this.#sync()
  }

  async #sync(): Promise<void> {
    await this.#file.datasync()
    this.#synced = this.bytes
    const { url, target } = this.#input
    await writeNote(target, { url: url.href, validator: this.#validator, bytes: this.bytes })
  }

  async finish(): Promise<Downloaded> {
    const { url, sha256: wanted } = this.#input
    const sha256 = this.#hash.digest('hex')
    if (wanted !== null && sha256 !== wanted) throw failures.wrongHash(url)
    await this.#file.sync()
    return { bytes: this.bytes, sha256, resumedFrom: this.#resumedFrom }
  }

  /** Keeps the partial file, to be resumed. */
  async close(): Promise<void> {
    try {
      // On a full disk, the previous note has to do.
      if (this.bytes > this.#synced) await this.#sync().catch(() => undefined)
    } finally {
      await this.#file.close()
    }
  }
}

/** A weak ETag doesn't promise the same bytes. */
function validatorOf(headers: Response['headers']): string | null {
  const { etag, 'last-modified': changed } = headers
  return etag?.startsWith('"') ? etag : (changed ?? null)
}

/** @param begun bytes from earlier attempts, which don't count towards the speed */
function teller({ progress }: Job<DownloadProgress>, begun: number): (done: number, total: number | undefined) => void {
  const rate = new Rate()
  let told = Number.NEGATIVE_INFINITY
  return (done, total) => {
    const now = performance.now()
    const { secondsLeft } = rate.of(done - begun, (total ?? done) - begun, now)
    if (now - told < reportEvery && done !== total) return
    told = now
    progress?.({ done, total, secondsLeft: total === undefined ? undefined : secondsLeft })
  }
}
