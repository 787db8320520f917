import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FeatureReader, featureFolder } from '../../src/main/backbone/cache/featureReader.ts'
import { replaceFeatures } from '../../src/main/backbone/cache/featureSwap.ts'
import { FeatureWriter } from '../../src/main/backbone/cache/featureWriter.ts'
import { gridElements, keyOf, recordsOf, smallBackbone } from './records.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'surmise-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function write(cache: string, first: number, count: number): Promise<string> {
  const writer = await FeatureWriter.open(cache, smallBackbone)
  await writer.append(recordsOf(first, count))
  await writer.close()
  return featureFolder(cache, smallBackbone)
}

async function imagesIn(cache: string): Promise<boolean[]> {
  const reader = (await FeatureReader.open(cache, smallBackbone))!
  const there = Array.from({ length: 30 }, (_, image) => reader.has(keyOf(image)))
  // Each record is checked against its checksum.
  await reader.readGrid(reader.recordsOf(reader.keys), new Float16Array(reader.size * gridElements))
  await reader.close()
  return there
}

const isNew = (_: unknown, image: number): boolean => image >= 5 && image < 25

test('a new pair takes the place of the one before', async () => {
  const target = await write(path.join(folder, 'cache'), 0, 10)
  await replaceFeatures(target, await write(path.join(folder, 'made'), 5, 20))
  expect(await imagesIn(path.join(folder, 'cache'))).toEqual(Array.from({ length: 30 }, isNew))
})

// How far one that was killed came: the pair has its name; the records are in their place; the index too.
test.each([0, 1, 2])(
  'killed after %i of the two files, the next opening goes on, reading or writing',
  async (moved) => {
    for (const opens of ['read', 'write']) {
      const cache = path.join(folder, opens)
      const target = await write(cache, 0, 10)
      const next = path.join(target, 'next')
      renameSync(await write(path.join(folder, `made for ${opens}`), 5, 20), next)
      for (const name of ['records', 'index'].slice(0, moved))
        renameSync(path.join(next, name), path.join(target, name))
      if (opens === 'write') {
        const writer = await FeatureWriter.open(cache, smallBackbone)
        expect(writer.has(keyOf(24))).toBe(true)
        expect(writer.has(keyOf(4))).toBe(false)
        await writer.close()
      }
      expect(await imagesIn(cache)).toEqual(Array.from({ length: 30 }, isNew))
      expect(existsSync(next)).toBe(false)
    }
  },
)

test('killed before the new pair has its name, the one before is still there', async () => {
  await write(path.join(folder, 'cache'), 0, 10)
  await write(path.join(folder, 'cache', 'merging'), 5, 20)
  expect((await imagesIn(path.join(folder, 'cache'))).filter(Boolean)).toHaveLength(10)
})
