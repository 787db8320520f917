import { createHash, hash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { UserError } from '../base/errors.ts'
import { sniffFormat } from './formats.ts'

/** A file's content, ready for the decoder. */
export interface ImageSource {
  /** The bytes or, for a large file, its path, from which the decoder reads itself. */
  input: Buffer | string
  head: Uint8Array
  size: number
  mtimeMs: number
  /** Of the whole content, in lower-case hexadecimal */
  sha256: string
}

/** Larger files aren't kept in memory, since many are read in parallel. */
const heldAtMost = 64 * 1024 * 1024

/**
 * Reads a file once, so that its bytes, hash and date belong together.
 * @param path absolute
 * @throws what the file system throws
 */
export async function readSource(path: string): Promise<ImageSource> {
  const file = await open(path, 'r')
  try {
    const { size, mtimeMs } = await file.stat()
    const facts = { size, mtimeMs: Math.trunc(mtimeMs) }
    if (size > heldAtMost) return { ...facts, ...(await hashLarge(file)), input: path }
    const bytes = await file.readFile()
    return { ...facts, size: bytes.length, input: bytes, head: bytes, sha256: hash('sha256', bytes) }
  } finally {
    await file.close()
  }
}

/** An image that is already in memory. */
export function sourceOfBytes(bytes: Uint8Array): ImageSource {
  const input = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { input, head: input, size: input.length, mtimeMs: 0, sha256: hash('sha256', input) }
}

/**
 * Reads a file whose content must not have changed since it was scanned, so that nothing derived from other bytes is cached under
 * this hash.
 * @throws UserError `image-changed`, or what the file system throws
 */
export async function readUnchanged(path: string, sha256: string): Promise<ImageSource> {
  const source = await readSource(path)
  if (source.sha256 === sha256) return source
  throw imageChanged(path)
}

function imageChanged(path: string): UserError {
  return new UserError(
    'image-changed',
    `This image has changed since the folder was last scanned: ${path}`,
    'Rescan images.',
  )
}

/**
 * Throws unless a file, or a copy of one, is an image, and the one that was scanned at this path.
 * @param file absolute @param relative its path in the project @param sha256 null if it couldn't be read when scanned
 * @throws UserError `not-an-image`, `image-changed`; what the file system throws
 */
export async function requireScanned(file: string, relative: string, sha256: string | null): Promise<void> {
  const source = await readSource(file)
  // By its first bytes, because exports run in a process without the decoder.
  if (!('format' in sniffFormat(source.head))) {
    throw new UserError('not-an-image', `This file isn’t an image: ${relative}`, 'Rescan images.')
  }
  if (source.sha256 !== sha256) throw imageChanged(relative)
}

async function hashLarge(file: FileHandle): Promise<{ head: Uint8Array; sha256: string }> {
  const sha256 = createHash('sha256')
  let head: Uint8Array | undefined
  const part = Buffer.allocUnsafe(4 * 1024 * 1024)
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(part, 0, part.length, at)
    if (bytesRead === 0) break
    head ??= Uint8Array.from(part.subarray(0, 64))
    sha256.update(part.subarray(0, bytesRead))
    at += bytesRead
  }
  return { head: head ?? new Uint8Array(), sha256: sha256.digest('hex') }
}
