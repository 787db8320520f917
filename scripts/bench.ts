/**
 * Measures, and prints what was measured.
 *
 *     npm run bench [-- NAME…] [-- --json]
 *     npm run bench -- soak [-- --minutes 120]
 */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'

const folder = path.join(import.meta.dirname, '../bench')
/** Helpers of the benches are no benches. */
const helpers = new Set(['alternate', 'servedProject', 'uiWatch'])
/** These take as long as one likes, and only run when they are asked for. */
const byNameOnly = new Set(['soak'])
const all = readdirSync(folder)
  .map((file) => path.basename(file, '.ts'))
  .filter((name) => !helpers.has(name))

const args = process.argv.slice(2)
const firstFlag = args.findIndex((arg) => arg.startsWith('-'))
const names = firstFlag < 0 ? args : args.slice(0, firstFlag)
const flags = firstFlag < 0 ? [] : args.slice(firstFlag).filter((arg) => arg !== '--')
const unknown = names.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  console.error(`There is no bench called ${unknown.join(', ')}. There are: ${all.join(', ')}.`)
  process.exit(1)
}
let failed = 0
for (const name of names.length > 0 ? names : all.filter((one) => !byNameOnly.has(one))) {
  console.log(`\n── ${name}`)
  const { status } = spawnSync(process.execPath, [path.join(folder, `${name}.ts`), ...flags], { stdio: 'inherit' })
  if (status !== 0) failed++
}
process.exit(failed > 0 ? 1 : 0)
