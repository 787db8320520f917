import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { removeLeftOvers, temporaryFolderPrefix, temporaryName } from '../../src/main/base/leftOvers.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'surmise-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A name as a process that has ended gave it. */
function nameOfEnded(target: string): string {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  return temporaryName(target).replace(`-${process.pid}-`, `-${pid}-`)
}

test('what a process that is gone left goes; what is being written, and everything else, stays', async () => {
  const inside = path.join(folder, 'thumbnails', 'ab')
  mkdirSync(inside, { recursive: true })
  const gone = [
    nameOfEnded(path.join(folder, 'labels.json')),
    `${nameOfEnded(path.join(folder, 'p.surmise'))}-wal`,
    nameOfEnded(path.join(inside, 'x.webp')),
  ]
  const kept = [
    temporaryName(path.join(folder, 'labels.json')),
    path.join(folder, 'notes.tmp'),
    path.join(folder, '.labels.json.3f2a.tmp'),
    path.join(inside, 'x.webp'),
  ]
  for (const file of [...gone, ...kept]) writeFileSync(file, 'x')
  const half = nameOfEnded(path.join(folder, 'export'))
  mkdirSync(half)
  writeFileSync(path.join(half, 'data.csv'), 'x')
  const received = path.join(folder, `${temporaryFolderPrefix()}AbC123`)
  mkdirSync(received)

  expect(await removeLeftOvers(folder)).toBe(3)
  expect(existsSync(gone[2])).toBe(true)
  expect(await removeLeftOvers(folder, { deep: true })).toBe(1)
  expect([...gone, half].filter((place) => existsSync(place))).toEqual([])
  expect([...kept, received].every((place) => existsSync(place))).toBe(true)
  expect(await removeLeftOvers(path.join(folder, 'nowhere'))).toBe(0)
})

test('what another machine writes goes when nobody has touched it for a day', async () => {
  const name = temporaryName(path.join(folder, 'a')).replace(/surmise-[0-9a-f]{6}-/, 'surmise-000000-')
  writeFileSync(name, 'x')
  expect(await removeLeftOvers(folder)).toBe(0)
  const before = Date.now() / 1000 - 25 * 3600
  utimesSync(name, before, before)
  expect(await removeLeftOvers(folder)).toBe(1)
  expect(readdirSync(folder)).toEqual([])
})

test('a name of any length has room for the rest', () => {
  const long = path.join(folder, `${'長'.repeat(84)}.json`)
  writeFileSync(temporaryName(long), 'x')
  expect(readdirSync(folder)).toHaveLength(1)
})
