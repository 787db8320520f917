import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { UserError } from '../../src/main/base/errors.ts'
import { RandomState } from '../../src/main/base/random.ts'
import { formatOf } from '../../src/main/exchange/formats/detect.ts'
import type { Format } from '../../src/main/exchange/formats/format.ts'
import { formatById, formats } from '../../src/main/exchange/formats/list.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import { temporaryFile, temporaryFolder } from './folder.ts'
import { foreign, more, writeForeign } from './foreignFiles.ts'
import { MemoryProject } from './memoryProject.ts'

/** So many broken files for each reader; SURMISE_FUZZ asks for more. */
const mutations = Number(process.env.SURMISE_FUZZ ?? 60)

function pets(): MemoryProject {
  const project = new MemoryProject()
  for (const name of ['a.jpg', 'sub/b.jpg', 'c.png']) project.image(name)
  const [dog, cat] = [project.label('dog'), project.label('black & white, "cat"')]
  project.mark(1, dog, 1, { annotator: 'Anna' })
  project.mark(1, cat, -1)
  project.mark(2, cat, 1)
  project.mark(3, dog, -1)
  project.suggestions = [{ image: project.images[1], labelId: dog, probability: 0.75 }]
  return project
}

async function exported(format: Format, others = foreign[format.id]): Promise<string> {
  const target = path.join(temporaryFolder(), `x${format.extensions[0] ?? ''}`)
  const placeImage = async ({ path: name }: { path: string }, destination: string) => {
    mkdirSync(path.dirname(destination), { recursive: true })
    writeFileSync(destination, name)
  }
  if (others) return writeForeign(others, path.dirname(target))
  await format.write!(pets().source(), target, { appVersion: '0', suggestions: true, placeImage })
  return target
}

function filesAt(place: string): string[] {
  if (!statSync(place).isDirectory()) {
    const folder = path.dirname(place)
    return readdirSync(folder).map((name) => path.join(folder, name))
  }
  const names = readdirSync(place, { recursive: true, encoding: 'utf8' }).map((name) => path.join(place, name))
  return names.filter((name) => statSync(name).isFile())
}

/** What breaks readers: each of these somewhere in the middle of a file. */
const traps = [
  ...[
    '__proto__',
    'constructor',
    '\0',
    '\ufeff',
    '"',
    "'",
    '\\',
    '\\u0000',
    '\ud800',
    '&lt;',
    '&x;',
    '<![CDATA[',
    '-->',
  ],
  ...[
    'NaN',
    '-Infinity',
    '1e999',
    '-0',
    '9007199254740993',
    '9'.repeat(400),
    'null',
    'true',
    '{}',
    '[]',
    '[[[[',
    '}}}}',
  ],
  ...[
    '\n',
    '\r\n',
    ',,,',
    ';',
    '\t',
    '../../etc/passwd',
    '/',
    '*a',
    '&a [*a]',
    '!!js/function x',
    '- - - -',
    '<a/>',
    '<!DOCTYPE x [',
  ],
  ...[
    'x'.repeat(70_000),
    '['.repeat(5000),
    '<a>'.repeat(5000),
    '{"a":'.repeat(2000),
    '"'.repeat(5000),
    ' '.repeat(100_000),
  ],
]

/** A seeded change of a file's bytes. */
function broken(bytes: Buffer, random: () => number): Buffer {
  const at = () => Math.floor(random() * (bytes.length + 1))
  const [from, to] = [at(), at()].sort((a, b) => a - b)
  switch (Math.floor(random() * 6)) {
    case 0:
      return bytes.subarray(0, from)
    case 1:
      return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])
    case 2: {
      const copy = Buffer.from(bytes)
      for (let i = 0; i < 4 && copy.length > 0; i++)
        copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256)
      return copy
    }
    case 3:
      return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)])
    case 4: {
      // Another value in the place of a word or a number.
      const words = [...bytes.toString('latin1').matchAll(/[\w.-]+/g)]
      const word = words[Math.floor(random() * words.length)]
      if (!word) return Buffer.from(traps[Math.floor(random() * traps.length)])
      const trap = Buffer.from(traps[Math.floor(random() * traps.length)])
      return Buffer.concat([bytes.subarray(0, word.index), trap, bytes.subarray(word.index + word[0].length)])
    }
    default:
      return Buffer.concat([
        bytes.subarray(0, from),
        Buffer.from(traps[Math.floor(random() * traps.length)]),
        bytes.subarray(from),
      ])
  }
}

/** Reads it and plans the import: that works, or says in a sentence why not. */
async function expectSentence(format: Format, place: string, what: string): Promise<void> {
  try {
    const collected = await format.read!(place, {})
    const project = pets()
    const plan = await ImportPlan.make(format.id, collected, project.target())
    await plan.apply(project)
    plan.suggestions()
  } catch (error) {
    if (!(error instanceof UserError)) throw new Error(`${format.id}, ${what}: ${error}`, { cause: error })
    expect(error.message, what).not.toBe('')
    expect(error.message.length, what).toBeLessThan(1000)
  }
}

function seedOf(text: string): number {
  return (
    Number(process.env.SURMISE_FUZZ_SEED ?? 0) +
    ([...text].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 65_536)
  )
}

const readers = formats.filter(({ read }) => read)

test.each([
  ...readers.map((format) => [format.id, format, undefined] as const),
  ...more.map(([id, files, place]) => [`${id} (${place})`, formatById(id), { place, files }] as const),
])('%s: a file that is broken in any way is read as far as it goes, or gets a sentence', async (id, format, others) => {
  const place = await exported(format, others)
  const files = filesAt(place)
  const state = new RandomState(seedOf(id))
  const random = () => state.random()
  for (let i = 0; i < mutations; i++) {
    const file = files[Math.floor(random() * files.length)]
    const whole = readFileSync(file)
    writeFileSync(file, broken(whole, random))
    await expectSentence(format, place, `mutation ${i} of ${path.basename(file)}`)
    writeFileSync(file, whole)
  }
  expect(Object.keys(Object.prototype)).toEqual([])
})

test('each reader gets the files of all the others, and what is none at all', async () => {
  const places = await Promise.all(
    formats.filter(({ id, write }) => write && id !== 'features').map((format) => exported(format)),
  )
  const others = [
    ...['', '\ufeff', '0', '"', '{', '[', '<', '\n\n\n', 'image', '%PDF-1.7\n%\xe2\xe3', 'PK\x03\x04'].map((text) =>
      temporaryFile('x.json', text),
    ),
    ...[temporaryFolder(), path.join(temporaryFolder(), 'gone')],
  ]
  for (const place of [...places, ...others]) {
    for (const format of readers) await expectSentence(format, place, place)
    await formatOf(place).catch((error) => expect(error).toBeInstanceOf(UserError))
  }
})
