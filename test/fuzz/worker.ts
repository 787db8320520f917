/* One process that reads broken files, one after the other, and says of each how it went. `fuzz.ts` starts it, and watches. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../src/main/base/errors.ts'
import { RandomState } from '../../src/main/base/random.ts'
import { Coverage } from './coverage.ts'
import { type Files, Mutator } from './mutate.ts'
import { readersNamed } from './readers.ts'

export interface Orders {
  reader: string
  /** Cases from … to; each is the same whatever came before, but for what coverage has kept. */
  from: number
  to: number
  seed: number
  /** Where a case's files lie; they are left there if the process ends in the middle. */
  folder: string
}

export type Report =
  /** With what has become of those before it. */
  | { kind: 'case'; number: number; read: number; refused: number }
  | { kind: 'finding'; number: number; what: string }
  | { kind: 'done'; read: number; refused: number; kept: number; blocks: number; codes: string[] }

/** More files than this are not kept to be changed further. */
const mostKept = 400

const { reader: id, from, to, seed, folder }: Orders = JSON.parse(process.argv[2])
const [reader] = readersNamed([id])
const tell = (report: Report) => process.send!(report)
const random = new RandomState(seed * 1_000_003 + from + [...id].reduce((sum, one) => sum * 31 + one.charCodeAt(0), 7))
const mutator = new Mutator(random, reader)
const seeds = await reader.seeds()
const kept: { files: Files; main: string }[] = [...seeds]
const pieces = seeds.flatMap(({ files }) => [...files.values()])
const sizeOf = (files: Files): number => files.values().reduce((sum, bytes) => sum + bytes.length, 0)
/** What is changed again and again has to be quick to read. */
const largestKept = 16_384 + 2 * Math.max(...seeds.map(({ files }) => sizeOf(files)))
const coverage = await Coverage.start(path.resolve(import.meta.dirname, '../../src'))
const codes = new Set<string>()
let [read, refused] = [0, 0]
const untouched = Object.getOwnPropertyNames(Object.prototype).length

/** @returns what is wrong with how it went; undefined: read, or refused with a sentence */
async function attempt(files: Files, main: string): Promise<string | undefined> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const [name, bytes] of files) {
    const target = path.join(folder, ...name.split('/'))
    mkdirSync(path.dirname(target), { recursive: true })
    writeFileSync(target, bytes)
  }
  try {
    await reader.read(path.join(folder, main), folder)
    read++
  } catch (error) {
    if (!(error instanceof UserError)) return (error as Error).stack ?? String(error)
    refused++
    codes.add(error.code)
    if (error.message.length > 2000 || error.message.trim() === '')
      return `A sentence of ${error.message.length} letters: ${error.code}`
  }
  if (Object.getOwnPropertyNames(Object.prototype).length !== untouched) return 'Object.prototype was changed'
  return undefined
}

for (const { files, main } of seeds) {
  const fault = await attempt(files, main)
  if (fault || refused > 0)
    tell({ kind: 'finding', number: -1, what: fault ?? `A whole file was refused: ${[...codes]}` })
  await coverage.isNew()
}
;[read, refused] = [0, 0]
codes.clear()
for (let number = from; number < to; number++) {
  tell({ kind: 'case', number, read, refused })
  const { files, main } = kept[Math.floor(random.random() * kept.length)]
  const changed = mutator.files(files, pieces)
  const fault = await attempt(changed, main)
  if (fault) tell({ kind: 'finding', number, what: fault })
  const isSmall = sizeOf(changed) <= largestKept
  if ((await coverage.isNew()) && isSmall && kept.length < mostKept) kept.push({ files: changed, main })
}
tell({ kind: 'done', read, refused, kept: kept.length - seeds.length, blocks: coverage.blocks, codes: [...codes] })
rmSync(folder, { recursive: true, force: true })
process.disconnect()
