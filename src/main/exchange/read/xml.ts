import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import sax from 'sax'
import { asUserError, cancelled, UserError } from '../../base/errors.ts'
import type { ReadOptions } from '../formats/format.ts'
import { decoderOf, encodingIn } from './encoding.ts'
import { trimmed } from './plainText.ts'

export interface XmlVisitor {
  /** @param attributes of any names: look for your own with `attribute` */
  open?: (name: string, attributes: Readonly<Record<string, string>>, path: readonly string[]) => void
  /** @param text without the white space around it; that of elements within is theirs */
  close?: (name: string, text: string, path: readonly string[]) => void
}

/** Deeper than this no annotation lies. */
const deepest = 64
const longestText = 256 * 1024

/**
 * Reads XML of any size as a stream. Entities that the file declares itself are not known, so that none can grow; nothing outside
 * the file is looked at.
 * @throws UserError `not-xml`, `not-utf8`, `cancelled`, those of the file system, and what the visitor throws
 */
export async function readXml(
  file: string,
  visitor: XmlVisitor,
  { signal, onProgress }: ReadOptions = {},
): Promise<void> {
  try {
    const { size } = await stat(file)
    const parser = new XmlParser(file, visitor)
    const encoding = await encodingDeclared(file)
    const decoder = decoderOf(encoding)
    let done = 0
    for await (const chunk of createReadStream(file, { highWaterMark: 128 * 1024 })) {
      if (signal?.aborted) throw cancelled('The import')
      parser.write(decoder.decode(chunk as Buffer, { stream: true }))
      done += (chunk as Buffer).length
      onProgress?.(size === 0 ? 1 : Math.min(1, done / size))
    }
    parser.write(decoder.decode())
    parser.end()
  } catch (error) {
    if (error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
      throw new UserError(
        'not-utf8',
        `The file isn’t in the encoding that it names (or UTF-8): ${file}`,
        'Save it as UTF-8.',
      )
    }
    throw asUserError(error)
  }
}

/** What a file’s first line says of its encoding (GBK, ISO-8859-1), or a byte order mark does; else UTF-8. */
async function encodingDeclared(file: string): Promise<string> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0)
    const head = buffer.subarray(0, bytesRead)
    const marked = encodingIn(head)
    if (marked !== undefined) return marked
    const declared = /^\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)["']/.exec(head.toString('latin1'))?.[1]
    // It could be read so far: whatever it says, it isn't UTF-16.
    return declared === undefined || /^(utf|ucs)-?(16|2)/i.test(declared) ? 'utf-8' : declared
  } finally {
    await handle.close()
  }
}

/** The same of a text. @throws UserError `not-xml`, and what the visitor throws */
export function parseXml(text: string, visitor: XmlVisitor): void {
  const parser = new XmlParser('', visitor)
  parser.write(text)
  parser.end()
}

/** `strictEntities`: only the five that XML itself knows. */
const parserOptions = { strictEntities: true, position: true }

class XmlParser {
  readonly #file: string
  readonly #visitor: XmlVisitor
  readonly #parser = sax.parser(true, parserOptions)
  readonly #path: string[] = []
  readonly #texts: string[] = []
  #seen = false

  constructor(file: string, visitor: XmlVisitor) {
    this.#file = file
    this.#visitor = visitor
    const parser = this.#parser
    parser.onerror = (error) => {
      // At the first fault it is over: for what comes after it the parser may take the square of the time.
      throw this.#fault(error.message.split('\n')[0])
    }
    parser.onopentag = ({ name, attributes }) => {
      this.#seen = true
      this.#path.push(name)
      this.#texts.push('')
      if (this.#path.length > deepest) throw this.#fault('it is nested too deeply')
      visitor.open?.(name, attributes as Record<string, string>, this.#path)
    }
    parser.ontext = (text) => this.#text(text)
    parser.oncdata = (text) => this.#text(text)
    parser.onclosetag = (name) => {
      const text = trimmed(this.#texts.pop()!)
      this.#visitor.close?.(name, text, this.#path)
      this.#path.pop()
    }
  }

  write(text: string): void {
    this.#parser.write(text)
  }

  end(): void {
    this.#parser.close()
    if (!this.#seen) throw this.#fault('it has no element')
  }

  #text(text: string): void {
    if (this.#texts.length === 0) return
    const whole = this.#texts.at(-1)! + text
    if (whole.length > longestText) throw this.#fault('one text is too long')
    this.#texts[this.#texts.length - 1] = whole
  }

  #fault(reason: string): UserError {
    const line = this.#parser.line + 1
    return new UserError(
      'not-xml',
      `The file can’t be read as XML (line ${line}): ${this.#file}`,
      `The parser says: ${reason}`,
    )
  }
}

export function attribute(attributes: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined
}

/** Text as it stands between tags and in attributes. */
export function xmlText(text: string): string {
  return text.replace(/[&<>"'\t\r\n]/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** Whether XML can hold it at all: some characters it has no way to write. */
export function isXmlText(text: string): boolean {
  return !/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text)
}
