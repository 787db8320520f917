/**
 * Kills the application over and over while it works, at random moments; cuts the power while somebody marks; aborts the compute
 * process in the middle of its tasks. Says how often, and what was lost.
 *
 *     npm run torture [-- --count 200] [-- --seed 1] [-- --only aborts|cuts|kills]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { Application } from '../src/main/app/application.ts'
import { silent } from '../src/main/base/log.ts'
import { computeEntry } from '../src/main/shell/paths.ts'
import { pictures } from '../test/app/pictures.ts'
import { computeAborts } from '../test/torture/aborts.ts'
import { powerCuts } from '../test/torture/powerCuts.ts'
import { torture } from '../test/torture/torture.ts'
import { ensureRenderer } from './rendererBuild.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
})
const isWanted = (part: string): boolean => values.only === undefined || values.only === part
const [count, seed] = [Number(values.count), Number(values.seed)]
const started = performance.now()
const rows: [tried: string, times: number, lost: string][] = []
const problems: string[] = []

function tell(tried: string, times: number, found: readonly string[]): void {
  problems.push(...found)
  rows.push([tried, times, found.length === 0 ? 'nothing' : `${found.length} problems`])
}

async function aborts(): Promise<string[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-torture-'))
  const imagesRoot = path.join(folder, 'images')
  await pictures(imagesRoot, 20)
  const application = new Application({ version: '0', configFolder: folder, log: silent, computeEntry })
  try {
    const project = { path: path.join(folder, 'p.surmise'), imagesRoot, labels: ['a'] }
    const { workspace, scan } = await application.createAndScan(project)
    await scan.done
    return await computeAborts(workspace, Math.ceil(count / 2))
  } finally {
    await application.shutdown()
    rmSync(folder, { recursive: true, force: true })
  }
}

ensureRenderer()
let saved = 0
if (isWanted('aborts')) tell('compute process aborted in the middle of a task', Math.ceil(count / 2), await aborts())
if (isWanted('cuts') && process.platform === 'linux') {
  const cuts = await powerCuts(count, seed)
  saved += cuts.acknowledged
  tell('power cut while marking: file and log copied, the rest torn', count, cuts.problems)
}
if (isWanted('kills')) {
  const tally = await torture({
    ...{ count, seed },
    onKill: ({ doing, problems: found }, kills) => {
      const what = `${String(kills).padStart(4)}  ${doing.join(' + ')}`
      console.log(`${what}${found.length > 0 ? `   ${found.join('; ')}` : ''}`)
    },
  })
  saved += tally.acknowledged
  tell('application killed', tally.kills, tally.problems)
  for (const [what, times] of [...tally.during].sort((x, y) => y[1] - x[1])) rows.push([`… while: ${what}`, times, ''])
}

const minutes = Math.round((performance.now() - started) / 60_000)
console.log(`\n${minutes} minutes, seed ${seed}; of several things under way at a kill, each is counted.\n`)
console.log('| tried | times | lost |\n|---|---|---|')
for (const row of rows) console.log(`| ${row.join(' | ')} |`)
if (saved > 0)
  console.log(`\n${saved} actions were told as saved. What was lost of them, or there twice, is in the table.`)
if (problems.length > 0) console.log(`\nProblems:\n${problems.join('\n')}`)
process.exit(problems.length === 0 ? 0 : 1)
