import { copyFile, mkdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FeatureReader, featureFolder } from '../../src/main/backbone/cache/featureReader.ts'
import { appendAtMost, FeatureWriter } from '../../src/main/backbone/cache/featureWriter.ts'
import { temporaryFolder } from './models.ts'
import { gridElements, keyOf, recordOf, recordsOf, smallBackbone } from './records.ts'

const entryBytes = 48
const headerBytes = 64
const recordBytes = 2 * (gridElements + 5)

async function write(cache: string, batches: [first: number, count: number][]): Promise<void> {
  const writer = await FeatureWriter.open(cache, smallBackbone)
  for (const [first, count] of batches) await writer.append(recordsOf(first, count))
  await writer.close()
}

async function opened(cache: string): Promise<FeatureReader> {
  const reader = await FeatureReader.open(cache, smallBackbone)
  if (!reader) throw new Error('There is no cache')
  return reader
}

/** Reads everything that is there, and checks that it is right. @returns which images are there */
async function contentOf(cache: string, upTo: number): Promise<number[]> {
  const reader = await FeatureReader.open(cache, smallBackbone)
  if (!reader) return []
  try {
    const there = Array.from({ length: upTo }, (_, image) => image).filter((image) => reader.has(keyOf(image)))
    const records = reader.recordsOf(there.map(keyOf))
    const grids = await reader.readGrid(records, new Float16Array(there.length * gridElements))
    const pooled = await reader.readPooled(records, new Float16Array(there.length * 5))
    for (const [i, image] of there.entries()) {
      const { record } = recordOf(image)
      expect(grids.subarray(i * gridElements, (i + 1) * gridElements)).toEqual(record.subarray(0, gridElements))
      expect(pooled.subarray(i * 5, (i + 1) * 5)).toEqual(record.subarray(gridElements))
    }
    return there
  } finally {
    await reader.close()
  }
}

function files(cache: string): { index: string; records: string } {
  const folder = featureFolder(cache, smallBackbone)
  return { index: path.join(folder, 'index'), records: path.join(folder, 'records') }
}

describe('the feature cache', () => {
  test('gives back what was put in, in any order, in both precisions', async () => {
    const cache = temporaryFolder()
    await write(cache, [
      [0, 40],
      [40, 64],
      [104, 1],
    ])
    const reader = await opened(cache)
    expect(reader.size).toBe(105)
    expect(reader.missing([keyOf(3), keyOf(999), keyOf(999)])).toEqual([keyOf(999)])
    const wanted = [104, 3, 3, 50, 49, 51, 0, 64]
    const records = reader.recordsOf(wanted.map(keyOf))
    const pooled = await reader.readPooled(records)
    const grid = await reader.readGrid(records, new Float32Array(wanted.length * gridElements))
    for (const [i, image] of wanted.entries()) {
      const { record } = recordOf(image)
      expect([...pooled.subarray(i * 5, i * 5 + 5)]).toEqual([...record.subarray(gridElements)])
      expect([...grid.subarray(i * gridElements, (i + 1) * gridElements)]).toEqual([
        ...record.subarray(0, gridElements),
      ])
    }
    expect(await reader.readPooled([])).toEqual(new Float32Array())
    await reader.close()
  })

  test('is not there before something was written, and for no other backbone', async () => {
    const cache = temporaryFolder()
    expect(await FeatureReader.open(cache, smallBackbone)).toBeUndefined()
    await write(cache, [[0, 3]])
    const other = { ...smallBackbone, identity: 'f'.repeat(32) }
    expect(await FeatureReader.open(cache, other)).toBeUndefined()
    // A folder that was renamed by hand is not believed.
    await mkdir(featureFolder(cache, other))
    for (const name of ['index', 'records']) {
      await copyFile(path.join(featureFolder(cache, smallBackbone), name), path.join(featureFolder(cache, other), name))
    }
    expect(await FeatureReader.open(cache, other)).toBeUndefined()
    expect((await contentOf(cache, 5)).length).toBe(3)
  })

  test('keeps one record of an image', async () => {
    const cache = temporaryFolder()
    const writer = await FeatureWriter.open(cache, smallBackbone)
    await writer.append([recordOf(1), recordOf(1), recordOf(2)])
    await writer.append([recordOf(2), recordOf(3)])
    expect([1, 2, 3, 4].map((image) => writer.has(keyOf(image)))).toEqual([true, true, true, false])
    await writer.close()
    expect((await stat(files(cache).records)).size).toBe(3 * recordBytes)
  })

  test('can be read while it is written', async () => {
    const cache = temporaryFolder()
    const writer = await FeatureWriter.open(cache, smallBackbone)
    await writer.append(recordsOf(0, 10))
    const before = await opened(cache)
    await writer.append(recordsOf(10, 10))
    expect(before.size).toBe(10)
    expect(await contentOf(cache, 30)).toHaveLength(20)
    await before.readPooled(before.recordsOf([keyOf(9)]))
    await before.close()
    await writer.close()
  })

  test('refuses what is no record', async () => {
    const writer = await FeatureWriter.open(temporaryFolder(), smallBackbone)
    const { key, record } = recordOf(1)
    await expect(writer.append([{ key: 'not a hash', record }])).rejects.toThrow('SHA-256')
    await expect(writer.append([{ key, record: record.slice(1) }])).rejects.toThrow('bytes')
    expect(() => writer.append(recordsOf(0, appendAtMost + 1))).toThrow('limit')
    await writer.close()
  })

  test('says which images have no features', async () => {
    const cache = temporaryFolder()
    await write(cache, [[0, 1]])
    const reader = await opened(cache)
    expect(() => reader.recordsOf([keyOf(0), keyOf(1)])).toThrow('One image has no features yet.')
    await reader.close()
  })
})

describe('after a crash', () => {
  test('at any byte of the last batch, every batch before is whole, and the rest right or gone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: appendAtMost }), { minLength: 1, maxLength: 4 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.array(fc.tuple(fc.constantFrom('index', 'records'), fc.double({ min: 0, max: 0.999, noNaN: true })), {
          maxLength: 3,
        }),
        async (batches, indexLeft, recordsLeft, flips) => {
          const cache = temporaryFolder()
          const writer = await FeatureWriter.open(cache, smallBackbone)
          let before = 0
          let total = 0
          for (const count of batches) {
            before = total
            await writer.append(recordsOf(total, count))
            total += count
          }
          await writer.close()
          // A power cut may leave any part of the last batch, in either file, and garbage instead of what is there.
          const { index, records } = files(cache)
          const last = total - before
          await truncate(index, headerBytes + before * entryBytes + Math.round(indexLeft * last * entryBytes))
          await truncate(records, before * recordBytes + Math.round(recordsLeft * last * recordBytes))
          for (const [name, where] of flips) {
            const file = name === 'index' ? index : records
            const content = await readFile(file)
            const first = name === 'index' ? headerBytes + before * entryBytes : before * recordBytes
            if (content.length <= first) continue
            content[first + Math.floor(where * (content.length - first))] ^= 0xff
            await writeFile(file, content)
          }

          const reopened = await FeatureWriter.open(cache, smallBackbone)
          const there = await contentOf(cache, total)
          expect(there.slice(0, before)).toEqual(Array.from({ length: before }, (_, image) => image))
          expect(there.every((image) => reopened.has(keyOf(image)))).toBe(true)
          // Everything can be completed.
          for (let first = 0; first < total; first += appendAtMost) {
            await reopened.append(recordsOf(first, Math.min(appendAtMost, total - first)))
          }
          await reopened.append(recordsOf(1000, 2))
          await reopened.close()
          expect(await contentOf(cache, total)).toHaveLength(total)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('while it was made, it is made anew', async () => {
    for (const content of [Buffer.alloc(0), Buffer.alloc(30), Buffer.from('SURMFEAT'), Buffer.alloc(200, 1)]) {
      const cache = temporaryFolder()
      await mkdir(featureFolder(cache, smallBackbone), { recursive: true })
      await writeFile(files(cache).index, content)
      await writeFile(files(cache).records, Buffer.alloc(777))
      expect(await contentOf(cache, 5)).toEqual([])
      await write(cache, [[0, 5]])
      expect(await contentOf(cache, 5)).toHaveLength(5)
    }
  })

  test('or damage anywhere, nothing wrong is ever read, and it mends itself', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('index' as const, 'records' as const),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        async (name, where) => {
          const cache = temporaryFolder()
          await write(cache, [
            [0, 64],
            [64, 64],
            [128, 30],
          ])
          const file = files(cache)[name]
          const content = await readFile(file)
          content[Math.floor(where * content.length)] ^= 0x10
          await writeFile(file, content)
          // At most one record is found damaged; the second look passes it over.
          await contentOf(cache, 158).catch((error) => expect(error).toMatchObject({ code: 'features-damaged' }))
          await contentOf(cache, 158).catch((error) => expect(error).toMatchObject({ code: 'features-damaged' }))
          await contentOf(cache, 158)
          for (const first of [0, 64, 128]) await write(cache, [[first, Math.min(64, 158 - first)]])
          expect(await contentOf(cache, 158)).toHaveLength(158)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('there is one writer', () => {
  const lockOf = (cache: string) => path.join(featureFolder(cache, smallBackbone), 'writer.lock')

  test('and a second one is refused with a sentence', async () => {
    const cache = temporaryFolder()
    const writer = await FeatureWriter.open(cache, smallBackbone)
    await expect(FeatureWriter.open(cache, smallBackbone)).rejects.toMatchObject({ code: 'cache-in-use' })
    await writer.append([recordOf(1)])
    await writer.close()
    await (await FeatureWriter.open(cache, smallBackbone)).close()
  })

  test('and one that was killed does not count', async () => {
    const cache = temporaryFolder()
    await write(cache, [[0, 1]])
    const dead = { pid: 2 ** 22 + 1, started: '1', host: hostname() }
    // A process of the same number, but another one.
    const another = { pid: process.pid, started: '1', host: hostname() }
    for (const holder of [dead, ...(process.platform === 'linux' ? [another] : [])]) {
      await writeFile(lockOf(cache), JSON.stringify(holder))
      await (await FeatureWriter.open(cache, smallBackbone)).close()
    }
  })

  test('and of one on another machine, or one that is just starting, nothing is assumed', async () => {
    const cache = temporaryFolder()
    await write(cache, [[0, 1]])
    for (const content of [JSON.stringify({ pid: 1, started: '1', host: 'another' }), '']) {
      await writeFile(lockOf(cache), content)
      await expect(FeatureWriter.open(cache, smallBackbone)).rejects.toMatchObject({ code: 'cache-in-use' })
    }
  })
})
