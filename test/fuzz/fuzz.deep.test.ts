import { expect, test } from 'vitest'
import { formats } from '../../src/main/exchange/formats/list.ts'
import { fuzz } from './fuzz.ts'
import { monsters } from './monsters.ts'
import { readers, readersNamed } from './readers.ts'
import { tame } from './tame.ts'

/** A case may wait for a machine that does other things, too: `npm run fuzz` has the limits that count, and ten thousand files. */
const patient = { within: 120_000 }

/** Of the formats one stands for all: each is broken in `exchange/hostile.deep.test.ts`, in this process. */
const some = readers.filter(({ id }) => id === 'coco' || !formats.some((format) => format.id === id))

test.each(some.map((reader) => [reader.id, reader] as const))(
  '%s: a broken file is read as far as it goes, or refused with a sentence',
  async (_, reader) => {
    const count = reader.id === 'arrow' || reader.id === 'parquet' ? 600 : 60
    const { tried, read, refused, findings, lost, kept } = await fuzz(reader, { count, seed: 2, ...patient })
    expect(findings).toEqual([])
    expect([tried, read + refused, lost]).toEqual([count, count, 0])
    expect(kept).toBeGreaterThan(0)
  },
)

test('monsters, small ones', async () => {
  const tamed = await tame(monsters, 0.01, patient.within)
  expect(tamed.size).toBe(monsters.length)
  for (const [{ title, becomes }, { fault, outcome }] of tamed) {
    expect([title, fault]).toEqual([title, undefined])
    expect(becomes).toContain(outcome)
  }
})

test('a reader that throws, hangs, grows or dies is found out', async () => {
  const [reader] = readersNamed(['scores'])
  const orders = { count: 5, seed: 1, ...patient }
  const memory = await fuzz(reader, { ...orders, memory: 1024 })
  expect(memory.findings[0]).toMatch(/MB/)
  const [broken] = readersNamed(['broken'])
  const { findings, lost } = await fuzz(broken, { ...orders, count: 24, within: 2000 })
  for (const what of ['a bug', 'hangs']) expect(findings.join()).toContain(what)
  expect(lost).toBeGreaterThan(0)
})
