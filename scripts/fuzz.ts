/**
 * Breaks files in thousands of ways and gives them to whatever reads them: each is read as far as it goes, or refused with a
 * sentence. Then the monsters: files that are large, deep or dense on purpose; and `projects`: sound database files with damaged
 * content, of which --count are drawn from all columns, values and ways.
 *
 *     npm run fuzz [-- READER…] [-- --count N] [-- --seed N] [-- --markdown]
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { fuzz } from '../test/fuzz/fuzz.ts'
import { monsters } from '../test/fuzz/monsters.ts'
import { readersNamed } from '../test/fuzz/readers.ts'
import { tame } from '../test/fuzz/tame.ts'
import { fuzzDamage } from '../test/project/damageFuzz.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    scale: { type: 'string', default: '1' },
  },
})
const findings = path.join(import.meta.dirname, '../dist/fuzz')
const wantsMonsters = positionals.length === 0 || positionals.includes('monsters')
const wantsProjects = positionals.length === 0 || positionals.includes('projects')
const names = positionals.filter((name) => name !== 'monsters' && name !== 'projects')
const readers = positionals.length > 0 && names.length === 0 ? [] : readersNamed(names)
const [count, seed, scale] = [Number(values.count), Number(values.seed), Number(values.scale)]
const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MB`
const wrong: string[] = []
mkdirSync(findings, { recursive: true })
for (const { id } of readers) clear(id)

/** What an earlier run has found with a reader. */
function clear(reader: string): void {
  for (const name of readdirSync(findings)) {
    if (name.startsWith(`${reader}-${seed}-`)) rmSync(path.join(findings, name), { recursive: true })
  }
}

if (readers.length > 0) {
  console.log(
    '| reader | broken files | read as far as possible | refused with an explanation | kinds of explanations | anything else | process ended by a native library | peak | longest |',
  )
  console.log('|---|---|---|---|---|---|---|---|---|')
}
for (const reader of readers) {
  const one = await fuzz(reader, { count, seed, findings })
  const { tried, read, refused, codes, lost, peak, longest } = one
  const ended = reader.process === 'compute' ? lost : lost > 0 ? `**${lost}**` : 0
  console.log(
    `| ${reader.id} | ${tried} | ${read} | ${refused} | ${codes.length} | ${one.findings.length} | ${ended} | ${megabytes(peak)} | ${(longest / 1000).toFixed(1)} s |`,
  )
  for (const what of one.findings.slice(0, 5)) console.error(`${reader.id}, ${what}`)
  wrong.push(...one.findings.map((what) => `${reader.id}, ${what}`))
}
if (wantsMonsters) {
  console.log('\n| monster | size | what became of it | peak | time |\n|---|---|---|---|---|')
  for (const monster of monsters) {
    const { outcome, peak, seconds, fault } = (await tame([monster], scale)).get(monster)!
    console.log(
      `| ${monster.title} | ${monster.size(scale)} | ${outcome} | ${megabytes(peak)} | ${seconds.toFixed(1)} s |`,
    )
    if (fault) {
      console.error(`${monster.title}: ${fault}`)
      wrong.push(`${monster.title}: ${fault}`)
    }
  }
}
if (wantsProjects) {
  const { tried, refusedAtOpening, opened, refused, bugs } = await fuzzDamage({ count, seed })
  console.log(
    `\nProjects: ${tried} damaged files, ${refusedAtOpening} refused at opening; with ${opened} that were opened, ${refused} pieces of work were refused with a sentence.`,
  )
  for (const bug of bugs) console.error(bug)
  wrong.push(...bugs)
}
if (wrong.length > 0) console.error(`\n${wrong.length} findings; their files are in ${findings}.`)
process.exitCode = wrong.length > 0 ? 1 : 0
