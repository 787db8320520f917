import type { RandomState } from '../../src/main/base/random.ts'
import type { Restructure } from './structure.ts'

/** Files by their paths in a folder, with forward slashes. */
export type Files = ReadonlyMap<string, Buffer>

/** What has broken readers before, of any kind of file. */
const traps: readonly (string | Buffer)[] = [
  ...['', '\0', '\n', '\r\n', '\t', ' ', '"', "'", '\\', '/', ',', ';', ':', '<', '>', '&', '%', '\ufeff', '\ud800'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'length', '../../etc/passwd', '\\\\server\\share', 'C:\\x'],
  ...['0', '-0', '-1', '1e999', '-1e999', 'NaN', 'Infinity', '4294967296', '9007199254740993', '1e-400', '0x10', '９'],
  ...[
    'null',
    'true',
    '[]',
    '{}',
    '""',
    '[[',
    '{"a":',
    '}}',
    ']]',
    '{"__proto__":{"polluted":1}}',
    '<a/>',
    '</a>',
    '<!--',
  ],
  ...[
    '<!DOCTYPE a [<!ENTITY b "bb">]>',
    '&b;',
    '&#0;',
    '&#x110000;',
    '<![CDATA[',
    ']]>',
    '<?xml version="9"?>',
    '<!ENTITY',
  ],
  ...[
    '*a',
    '&a [*a]',
    '<<: *a',
    '!!js/function x',
    '!!binary x',
    '- - - -',
    '? ? ?',
    '|',
    '>',
    '---',
    '%YAML 9',
    '@',
    '`',
  ],
  ...[
    '9'.repeat(400),
    'x'.repeat(70_000),
    '['.repeat(5000),
    '{"a":'.repeat(2000),
    '<a>'.repeat(5000),
    '"'.repeat(5000),
  ],
  ...['- '.repeat(3000), ' '.repeat(100_000), ','.repeat(20_000), '\n'.repeat(20_000), '&a '.repeat(500)],
  ...[
    Buffer.from([0xff]),
    Buffer.from([0xff, 0xfe]),
    Buffer.from([0xed, 0xa0, 0x80]),
    Buffer.from([0xf4, 0x90, 0x80, 0x80]),
  ],
]

const odd = [0, 1, -1, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, 0x7fffffff, -0x80000000, 0xffffffff]

export interface Kind {
  /** What such files are made of. */
  words: readonly (string | Buffer)[]
  /** Made of fields with lengths: most changes leave those as they are, or nothing behind them is ever read. */
  keepsLength?: boolean
  restructure?: Restructure
}

/** Changes a file in one to four of the ways in which files break, and in which people break them. */
export class Mutator {
  readonly #random: RandomState
  readonly #words: readonly (string | Buffer)[]

  readonly #keepsLength: boolean
  readonly #restructure: Restructure | undefined

  constructor(random: RandomState, { words, keepsLength = false, restructure }: Kind) {
    this.#random = random
    this.#words = [...traps, ...words]
    this.#keepsLength = keepsLength
    this.#restructure = restructure
  }

  /** One of the files changed; rarely it is gone, or is another. @param others to take parts of */
  files(files: Files, others: readonly Buffer[]): Map<string, Buffer> {
    const changed = new Map(files)
    const names = [...files.keys()]
    const name = this.#one(names)
    if (names.length > 1 && this.#below(60) === 0) changed.delete(name)
    else if (this.#below(60) === 0) changed.set(name, this.#one(others))
    else changed.set(name, this.bytes(files.get(name)!, others))
    return changed
  }

  bytes(bytes: Buffer, others: readonly Buffer[]): Buffer {
    let changed = bytes
    if (this.#restructure && this.#below(2) === 0) {
      changed = this.#restructure(bytes, this.#random)
      if (this.#below(4) > 0) return changed
    }
    for (let times = 1 + this.#below(4); times > 0; times--) changed = this.#once(changed, others)
    // Doubling again and again is no way to be found out about.
    return changed.subarray(0, 2 * 1024 * 1024)
  }

  #once(bytes: Buffer, others: readonly Buffer[]): Buffer {
    const [from, to] = [this.#below(bytes.length + 1), this.#below(bytes.length + 1)].sort((a, b) => a - b)
    const near = Math.min(bytes.length, from + 1 + this.#below(32))
    const put = (what: Buffer, end = from) => Buffer.concat([bytes.subarray(0, from), what, bytes.subarray(end)])
    switch (this.#keepsLength && this.#below(4) > 0 ? 2 + this.#below(2) : this.#below(11)) {
      case 0:
        return bytes.subarray(0, to)
      case 1:
        return put(Buffer.alloc(0), this.#below(2) === 0 ? near : to)
      case 2:
        return this.#flipped(bytes)
      case 3:
        return this.#numbered(bytes)
      case 4:
        return put(bytes.subarray(from, near))
      case 5: {
        const piece = bytes.subarray(from, near)
        return put(Buffer.concat(Array.from({ length: 2 + this.#below(200) }, () => piece)))
      }
      case 6:
        return put(Buffer.from(this.#one(this.#words)))
      case 7:
        return this.#reworded(bytes)
      case 8: {
        const other = this.#one(others)
        const start = this.#below(other.length + 1)
        return put(other.subarray(start, start + 1 + this.#below(4096)), this.#below(2) === 0 ? to : from)
      }
      case 9: {
        const piece = bytes.subarray(from, near)
        const at = this.#below(bytes.length + 1)
        return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)])
      }
      default:
        return put(Buffer.alloc(1 + this.#below(64), this.#below(256)))
    }
  }

  #flipped(bytes: Buffer): Buffer {
    const copy = Buffer.from(bytes)
    for (let i = 1 + this.#below(6); i > 0 && copy.length > 0; i--) {
      const at = this.#below(copy.length)
      copy[at] = this.#below(2) === 0 ? copy[at] ^ (1 << this.#below(8)) : this.#below(256)
    }
    return copy
  }

  /** A size, an offset or a count somewhere is another. */
  #numbered(bytes: Buffer): Buffer {
    const copy = Buffer.from(bytes)
    const width = this.#one([1, 2, 4, 8])
    if (copy.length < width) return copy
    const at = this.#below(copy.length - width + 1)
    const value = this.#below(4) === 0 ? this.#below(2 ** 31) : this.#one(odd)
    const number = Buffer.alloc(8)
    if (this.#below(2) === 0) {
      number.writeBigInt64LE(BigInt(value))
      number.copy(copy, at, 0, width)
    } else {
      number.writeBigInt64BE(BigInt(value))
      number.copy(copy, at, 8 - width)
    }
    return copy
  }

  /** Another word in the place of a word or a number. */
  #reworded(bytes: Buffer): Buffer {
    const window = this.#below(Math.max(1, bytes.length - 4096))
    const text = bytes.toString('latin1', window, window + 4096)
    const words = [...text.matchAll(/[\w.+-]+/g)]
    if (words.length === 0) return Buffer.from(this.#one(this.#words))
    const word = this.#one(words)
    const at = window + word.index
    return Buffer.concat([
      bytes.subarray(0, at),
      Buffer.from(this.#one(this.#words)),
      bytes.subarray(at + word[0].length),
    ])
  }

  #below(limit: number): number {
    return Math.floor(this.#random.random() * limit)
  }

  #one<T>(list: readonly T[]): T {
    return list[this.#below(list.length)]
  }
}
