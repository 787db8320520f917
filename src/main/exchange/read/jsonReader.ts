import { isUtf8 } from 'node:buffer'
import { stat } from 'node:fs/promises'
import { asUserError, cancelled, UserError } from '../../base/errors.ts'
import { utf8Of } from './encoding.ts'
import { parseJsonText } from './jsonText.ts'

export interface JsonOptions {
  /** Lists that are told element by element, by their path from the top: 'images', 'info.partial_labels.broken'; '' is the top. */
  streamed: readonly string[]
  /** Objects that are told member by member. */
  members?: readonly string[]
  signal?: AbortSignal
  /** @param share of the file, 0 … 1 */
  onProgress?: (share: number) => void
}

/**
 * Told of every member of the objects on the way to a streamed list, and of every element of such a list.
 * @param key of a member, as it is written
 */
export type JsonVisitor = (path: string, value: unknown, isElement: boolean, key: string) => void

/** One element, or one member that is not streamed, at most. */
const valueBytes = 128 * 1024 * 1024
const deepest = 512

/**
 * Reads JSON of any size: the file is cut into the elements of the lists that are streamed, and each of them goes through
 * JSON.parse, which is some twenty times as fast as a parser that tells of every token. (That also makes `__proto__` a key
 * like any other.) The whole file is checked: what is no JSON, anywhere, is refused. Integers that no number can hold come as texts
 * of their digits, so that two ids never become one; NaN is null.
 * @throws UserError `not-json`, `json-truncated`, `json-too-large`, `json-too-deep`, `not-utf8`, `cancelled`
 */
export async function readJson(file: string, visit: JsonVisitor, options: JsonOptions): Promise<void> {
  try {
    const { size } = await stat(file)
    const cutter = new JsonCutter(file, visit, options.streamed, options.members)
    let done = 0
    const count = (bytes: number) => {
      done += bytes
    }
    for await (const chunk of utf8Of(file, count)) {
      if (options.signal?.aborted) throw cancelled('The import')
      cutter.write(chunk)
      options.onProgress?.(size === 0 ? 1 : Math.min(1, done / size))
    }
    cutter.end()
  } catch (error) {
    if (!(error instanceof JsonFault)) throw asUserError(error)
    throw new UserError(error.code, `${error.reason} (line ${await lineOf(file, error.at)}): ${file}`, error.hint)
  }
}

class JsonFault extends Error {
  readonly code: string
  readonly reason: string
  readonly hint: string
  /** In bytes from the start. */
  readonly at: number

  constructor(code: string, reason: string, hint: string, at: number) {
    super(reason)
    this.code = code
    this.reason = reason
    this.hint = hint
    this.at = at
  }
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a]
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d]

const byteOrderMark = [0xef, 0xbb, 0xbf]

/** What may come next, between values. */
type Expecting = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end' | 'nothing'

interface Level {
  kind: 'object' | 'list'
  path: string
}

/** Cuts text that comes in chunks. Between values it looks at each character; within one it only looks for the end. */
export class JsonCutter {
  readonly #file: string
  readonly #visit: JsonVisitor
  readonly #streamed: Set<string>
  /** Objects that lead to a streamed list: they are entered. */
  readonly #entered = new Set<string>([''])
  readonly #levels: Level[] = []
  #expecting: Expecting = 'value'
  /** The path of the value that comes next, and its key. */
  #path = ''
  #key = ''
  /** Bytes before this chunk. */
  #offset = 0
  #markBytes = 0
  // Within a value:
  #within = false
  #isKey = false
  #parts: Buffer[] = []
  #length = 0
  #startsAt = 0
  #depth = 0
  #inString = false
  #escaped = false
  #isScalar = false

  constructor(file: string, visit: JsonVisitor, streamed: readonly string[], members: readonly string[] = []) {
    this.#file = file
    this.#visit = visit
    this.#streamed = new Set(streamed)
    for (const path of [...streamed, ...members]) {
      for (let at = path.indexOf('.'); at >= 0; at = path.indexOf('.', at + 1)) this.#entered.add(path.slice(0, at))
    }
    for (const path of members) this.#entered.add(path)
  }

  write(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#within) at = this.#scanValue(chunk, at)
      else at = this.#between(chunk, at)
    }
    this.#offset += chunk.length
  }

  end(): void {
    if (this.#markBytes % 3 !== 0) throw this.#notJson(-this.#offset)
    // A number at the top ends with the file.
    if (this.#within && this.#isScalar && this.#levels.length === 0) this.#finishValue(Buffer.alloc(0), 0, 0)
    if (this.#expecting !== 'nothing' || this.#within) {
      if (this.#offset === 0) throw new JsonFault('not-json', 'The file is empty', 'Choose another file.', 0)
      throw new JsonFault(
        'json-truncated',
        'The file ends in the middle',
        'It wasn’t copied or downloaded completely: get it again.',
        this.#offset,
      )
    }
  }

  /** Some programs begin with a byte order mark. @returns whether this byte, at this place of the file, is part of it */
  #isMark(byte: number, place: number): boolean {
    if (place === 0 && (byte === 0xff || byte === 0xfe)) {
      throw new JsonFault('not-utf8', 'The file is UTF-16', 'Save it as UTF-8.', 0)
    }
    if (place !== this.#markBytes || byte !== byteOrderMark[place]) return false
    this.#markBytes++
    return true
  }

  #between(chunk: Buffer, at: number): number {
    const byte = chunk[at]
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return at + 1
    if (this.#isMark(byte, this.#offset + at)) return at + 1
    const level = this.#levels.at(-1)
    switch (this.#expecting) {
      case 'value or ]':
        if (byte === closeBracket) return this.#leave(at)
        return this.#beginValue(byte, at)
      case 'value':
        return this.#beginValue(byte, at)
      case 'key or }':
        if (byte === closeBrace) return this.#leave(at)
        return this.#beginKey(byte, at)
      case 'key':
        return this.#beginKey(byte, at)
      case ':':
        if (byte !== colon) break
        this.#expecting = 'value'
        return at + 1
      case ', or end':
        if (byte === comma) {
          this.#expecting = level!.kind === 'list' ? 'value' : 'key'
          return at + 1
        }
        if (byte === (level!.kind === 'list' ? closeBracket : closeBrace)) return this.#leave(at)
        break
      case 'nothing':
        break
    }
    throw this.#notJson(at)
  }

  #beginKey(byte: number, at: number): number {
    if (byte !== quote) throw this.#notJson(at)
    this.#isKey = true
    this.#start(at)
    return at
  }

  #beginValue(byte: number, at: number): number {
    const path = this.#path
    const isElement = this.#levels.at(-1)?.kind === 'list'
    if (byte === openBrace && !isElement && this.#entered.has(path)) {
      this.#levels.push({ kind: 'object', path })
      this.#expecting = 'key or }'
      return at + 1
    }
    if (byte === openBracket && !isElement && this.#streamed.has(path)) {
      this.#levels.push({ kind: 'list', path })
      this.#expecting = 'value or ]'
      return at + 1
    }
    this.#isKey = false
    this.#start(at)
    return at
  }

  #start(at: number): void {
    this.#within = true
    this.#parts = []
    this.#length = 0
    this.#startsAt = this.#offset + at
    this.#depth = 0
    this.#inString = false
    this.#escaped = false
    this.#isScalar = false
  }

  /** Looks for the end of the value that has begun. @returns where to go on */
  #scanValue(chunk: Buffer, from: number): number {
    let [depth, inString, escaped] = [this.#depth, this.#inString, this.#escaped]
    // The first character says what it is.
    let at = from
    if (this.#length === 0 && !this.#isScalar && !inString && depth === 0) {
      const byte = chunk[at]
      if (byte === quote) inString = true
      else if (byte === openBrace || byte === openBracket) depth = 1
      else this.#isScalar = true
      at++
    }
    if (this.#isScalar) {
      while (at < chunk.length && !endsScalar(chunk[at])) at++
      if (at < chunk.length) return this.#finishValue(chunk, from, at)
    } else {
      for (; at < chunk.length; at++) {
        const byte = chunk[at]
        if (inString) {
          if (escaped) escaped = false
          else if (byte === backslash) escaped = true
          else if (byte === quote) {
            inString = false
            if (depth === 0) return this.#finishValue(chunk, from, at + 1)
          }
        } else if (byte === quote) inString = true
        else if (byte === openBrace || byte === openBracket) {
          if (++depth > deepest) {
            const hint = 'Label programs don’t write files like this.'
            throw new JsonFault('json-too-deep', 'The file is nested too deeply', hint, this.#offset + at)
          }
        } else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) {
          return this.#finishValue(chunk, from, at + 1)
        }
      }
    }
    // It goes on in the next chunk.
    this.#keep(chunk.subarray(from))
    this.#depth = depth
    this.#inString = inString
    this.#escaped = escaped
    return chunk.length
  }

  #keep(part: Buffer): void {
    this.#parts.push(part)
    this.#length += part.length
    if (this.#length > valueBytes) {
      const hint = 'Label programs don’t write files like this.'
      throw new JsonFault('json-too-large', 'One entry of the file is too large', hint, this.#startsAt)
    }
  }

  #finishValue(chunk: Buffer, from: number, to: number): number {
    const last = chunk.subarray(from, to)
    const bytes = this.#parts.length === 0 ? last : Buffer.concat([...this.#parts, last])
    this.#parts = []
    this.#within = false
    if (!isUtf8(bytes)) {
      throw new JsonFault('not-utf8', 'The file isn’t UTF-8', 'Save it as UTF-8.', this.#startsAt)
    }
    let value: unknown
    try {
      value = parseJsonText(bytes.toString('utf8'))
    } catch {
      throw this.#notJson(this.#startsAt - this.#offset)
    }
    const level = this.#levels.at(-1)
    if (this.#isKey) {
      this.#key = value as string
      this.#path = pathOf(level!.path, this.#key)
      this.#expecting = ':'
      return to
    }
    const isElement = level?.kind === 'list'
    this.#visit(isElement ? level.path : this.#path, value, isElement, isElement ? '' : this.#key)
    this.#expecting = level ? ', or end' : 'nothing'
    return to
  }

  #leave(at: number): number {
    this.#levels.pop()
    this.#expecting = this.#levels.length === 0 ? 'nothing' : ', or end'
    return at + 1
  }

  #notJson(at: number): JsonFault {
    const hint = `Open ${this.#file.split(/[\\/]/).at(-1)} in a JSON checker, or export it again.`
    return new JsonFault('not-json', 'The file isn’t JSON', hint, this.#offset + at)
  }
}

/** A key that holds a dot, or nothing, is on no path that anybody asks for. */
function pathOf(parent: string, key: string): string {
  const name = key === '' ? '\0' : key.replaceAll('.', '\0')
  return parent === '' ? name : `${parent}.${name}`
}

function endsScalar(byte: number): boolean {
  return (
    byte === comma ||
    byte === closeBrace ||
    byte === closeBracket ||
    byte === 0x20 ||
    byte === 0x0a ||
    byte === 0x0d ||
    byte === 0x09
  )
}

/** Lines are only counted when somebody needs to be told of one. */
async function lineOf(file: string, offset: number): Promise<number> {
  let line = 1
  let left = offset
  if (left === 0) return line
  for await (const chunk of utf8Of(file)) {
    for (const byte of chunk.subarray(0, left)) if (byte === 0x0a) line++
    left -= chunk.length
    if (left <= 0) break
  }
  return line
}
