import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { UserError } from '../../base/errors.ts'

/** So much tells an encoding. */
const headBytes = 4096

/**
 * What the first bytes of a text say of its encoding: a byte order mark, or the zeroes that UTF-16 has in every second place.
 * Undefined where they say nothing: then it is UTF-8, or one can't know.
 */
export function encodingIn(head: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8'
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  const zeroes = [0, 0]
  for (const [at, byte] of head.entries()) if (byte === 0) zeroes[at & 1]++
  const many = head.length / 4
  if (zeroes[1] > many && zeroes[0] === 0) return 'utf-16le'
  if (zeroes[0] > many && zeroes[1] === 0) return 'utf-16be'
  return undefined
}

/** The beginning of a text, decoded, without its byte order mark. */
export function decodedHead(head: Uint8Array, encoding: string = encodingIn(head) ?? 'utf-8'): string {
  return decoderOf(encoding, false).decode(head, { stream: true })
}

/** @throws UserError `encoding-unknown` */
export function decoderOf(encoding: string, fatal = true) {
  try {
    return new TextDecoder(encoding, { fatal })
  } catch {
    throw new UserError(
      'encoding-unknown',
      `There is no encoding “${encoding}”.`,
      'Write its usual name: utf-8, utf-16le, gbk, big5, shift_jis, euc-kr, windows-1252.',
    )
  }
}

/** Of a file: what its first bytes say. @throws of the file system */
export async function encodingOf(file: string): Promise<string | undefined> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    return encodingIn(buffer.subarray(0, bytesRead))
  } finally {
    await handle.close()
  }
}

/** A file as UTF-8, whatever its encoding. @throws TypeError for bytes that are none of it; UserError `encoding-unknown` */
export async function* asUtf8(
  file: string,
  encoding: string,
  onRead: (bytes: number) => void = () => {},
): AsyncGenerator<Buffer> {
  const decoder = decoderOf(encoding)
  for await (const chunk of createReadStream(file)) {
    onRead((chunk as Buffer).length)
    const text = decoder.decode(chunk as Buffer, { stream: true })
    if (text !== '') yield Buffer.from(text)
  }
  const rest = decoder.decode()
  if (rest !== '') yield Buffer.from(rest)
}

/**
 * A text as UTF-8, whatever its first bytes say that it is; with its byte order mark, if it is UTF-8 itself.
 * @param onRead told how many bytes of the file have been read
 * @throws UserError `not-utf8`, and those of the file system
 */
export async function* utf8Of(
  file: string,
  onRead: (bytes: number) => void = () => {},
  chunkBytes = 256 * 1024,
): AsyncGenerator<Buffer> {
  const encoding = (await encodingOf(file)) ?? 'utf-8'
  if (encoding !== 'utf-8') {
    try {
      yield* asUtf8(file, encoding, onRead)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      throw new UserError('not-utf8', `The file isn’t ${encoding.toUpperCase()}: ${file}`, 'Save it as UTF-8.')
    }
    return
  }
  for await (const chunk of createReadStream(file, { highWaterMark: chunkBytes })) {
    onRead((chunk as Buffer).length)
    yield chunk as Buffer
  }
}
