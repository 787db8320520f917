import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/main/base/errors.ts'
import { JsonCutter, readJson } from '../../src/main/exchange/read/jsonReader.ts'
import { temporaryFile } from './folder.ts'

const streamed = ['list', 'deep.er.list']

/** Everything that the reader tells of a text that comes in these pieces. */
function told(text: string | Buffer, cuts: number[] = []): [string, unknown, boolean][] {
  const bytes = Buffer.from(text)
  const result: [string, unknown, boolean][] = []
  const cutter = new JsonCutter('x.json', (path, value, isElement) => result.push([path, value, isElement]), streamed)
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b)
  for (let i = 1; i < places.length; i++) cutter.write(bytes.subarray(places[i - 1], places[i]))
  cutter.end()
  return result
}

/** What it should tell, from the value as JSON.parse gives it. */
function expected(value: unknown, path = ''): [string, unknown, boolean][] {
  const entered = ['', 'deep', 'deep.er'].includes(path)
  if (entered && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    // A key that holds a dot, or nothing, is told by a name that is no path.
    return Object.entries(value).flatMap(([key, member]) => {
      const name = key === '' ? '\0' : key.replaceAll('.', '\0')
      return expected(member, path === '' ? name : `${path}.${name}`)
    })
  }
  if (streamed.includes(path) && Array.isArray(value)) return value.map((element) => [path, element, true])
  return [[path, value, false]]
}

// JSON.parse puts keys like '1' first and keeps the last of two equal keys, so such are left out.
const key = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 5 })
  .filter((text) => !/^\d+$|\.|[\ud800-\udfff]/.test(text))
const member = fc.jsonValue({ maxDepth: 3 })
const document = fc
  .record({
    before: fc.dictionary(key, member, { maxKeys: 3 }),
    list: fc.oneof(fc.array(member), member),
    deep: fc.oneof(
      member,
      fc.record(
        { er: fc.oneof(member, fc.record({ list: fc.array(member) }, { requiredKeys: [] })) },
        { requiredKeys: [] },
      ),
    ),
  })
  .map(({ before, list, deep }) => ({ ...before, list, deep }))

describe('reading JSON', () => {
  test('integers beyond 2^53 keep their digits, NaN is nothing; texts stay as they are', () => {
    const text = `{"list": [{"id": 9007199254740993, "b": "9007199254740993 \\" NaN", "c": -18446744073709551615},
      [0.1234567890123456, 9007199254740991, 1e22], {"area": NaN, "x": [-Infinity]}, NaN]}`
    expect(told(text).map(([, value]) => value)).toEqual([
      { id: '9007199254740993', b: '9007199254740993 " NaN', c: '-18446744073709551615' },
      [0.1234567890123456, 9007199254740991, 1e22],
      { area: null, x: [null] },
      null,
    ])
  })

  test('tells what JSON.parse would, however the file is cut', () => {
    fc.assert(
      fc.property(
        fc.oneof(document, member),
        fc.array(fc.nat(5000), { maxLength: 30 }),
        fc.constantFrom(undefined, 1, '\t'),
        (value, cuts, indent) => {
          const text = JSON.stringify(value, null, indent)
          const plain = JSON.parse(text)
          expect(told(text, cuts)).toEqual(expected(plain))
          expect(told(`\ufeff \r\n${text}\n`, cuts)).toEqual(expected(plain))
        },
      ),
      { numRuns: 500 },
    )
  })

  test('one byte at a time', () => {
    const text = '{"list": [{"a": "\\"\\\\]}", "b": [1, -2.5e3]}, "ü🐕", null, true, 12], "x": 7}'
    const everywhere = Array.from({ length: 200 }, (_, i) => i)
    expect(told(text, everywhere)).toEqual(expected(JSON.parse(text)))
  })

  test('what is cut off, or changed anywhere, is an error that says where, or still JSON', () => {
    const text = JSON.stringify({ list: [{ a: 'b"c', d: [1, { e: null }] }, 'x'], deep: { er: { list: [1] } }, z: 1 })
    for (let at = 0; at < text.length; at++)
      expect(() => told(text.slice(0, at))).toThrow(/ends in the middle|is empty|not JSON/)
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const bytes = Buffer.from(text)
        bytes[at] = byte
        let value: unknown
        try {
          value = JSON.parse(new TextDecoder('utf8', { fatal: true }).decode(bytes))
        } catch {
          expect(() => told(bytes)).toThrow()
          return
        }
        expect(() => told(bytes)).not.toThrow()
        expect(value).toBeDefined()
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['', 'not-json'],
    ['hello', 'not-json'],
    [Buffer.from([0xef, 0x7b, 0x7d]), 'not-json'],
    ['{"list": [1,]}', 'not-json'],
    ['{"list": [1 2]}', 'not-json'],
    ['{"list": [1]} x', 'not-json'],
    ['{"list": [1]}{}', 'not-json'],
    ['{list: 1}', 'not-json'],
    ['{"list" 1}', 'not-json'],
    ['{"list": [nan]}', 'not-json'],
    ["{'list': []}", 'not-json'],
    ['{"list": [1]', 'json-truncated'],
    ['{"list": [{"a": "b', 'json-truncated'],
    ['{"list": 12', 'json-truncated'],
    [`{"list": [${'['.repeat(100_000)}${']'.repeat(100_000)}]}`, 'json-too-deep'],
    [Buffer.from([0x7b, 0x22, 0xe4, 0x22, 0x3a, 0x31, 0x7d]), 'not-utf8'],
    // Half a character, in UTF-16.
    [Buffer.from('\ufeff{"a": "\ud800"}', 'utf16le'), 'not-utf8'],
  ])('%j is %s', async (text, code) => {
    const error = await readJson(temporaryFile('x.json', text), () => {}, { streamed }).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(UserError)
    expect(error).toMatchObject({ code, message: expect.stringContaining('x.json') })
    expect(error.hint).not.toBe('')
  })

  test('says the line', async () => {
    const file = temporaryFile('x.json', '{\n"list": [\n1,\n2,\noops\n]}')
    await expect(readJson(file, () => {}, { streamed })).rejects.toThrow('line 5')
  })

  test('a file that is not there, or a folder, is a sentence', async () => {
    await expect(readJson('/nowhere/x.json', () => {}, { streamed })).rejects.toMatchObject({ code: 'enoent' })
    await expect(readJson('/tmp', () => {}, { streamed })).rejects.toMatchObject({ code: 'eisdir' })
  })

  test('`__proto__` is a key like any other', () => {
    const text = '{"list": [{"__proto__": {"polluted": 1}}], "__proto__": {"polluted": 2}}'
    const [[, element], [path]] = told(text)
    expect(Object.keys(element as object)).toEqual(['__proto__'])
    expect(path).toBe('__proto__')
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  test('can be cancelled, and tells how far it is', async () => {
    const file = temporaryFile('x.json', JSON.stringify({ list: Array.from({ length: 200_000 }, (_, i) => i) }))
    const shares: number[] = []
    await readJson(file, () => {}, { streamed, onProgress: (share) => shares.push(share) })
    expect(shares.length).toBeGreaterThan(2)
    expect(shares.at(-1)).toBe(1)
    const controller = new AbortController()
    const work = readJson(file, () => {}, { streamed, signal: controller.signal, onProgress: () => controller.abort() })
    await expect(work).rejects.toMatchObject({ code: 'cancelled' })
  })
})
