/**
 * Kills the application over and over while it works, at random moments, and says what was lost.
 *
 *     npm run torture [-- --count 200] [-- --seed 1]
 */
import { parseArgs } from 'node:util'
import { torture } from '../test/torture/torture.ts'
import { ensureRenderer } from './rendererBuild.ts'

const { values } = parseArgs({
  options: { count: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
})
ensureRenderer()
const started = performance.now()
const { kills, during, acknowledged, problems } = await torture({
  count: Number(values.count),
  seed: Number(values.seed),
  onKill: ({ doing, problems }, count) => {
    console.log(
      `${String(count).padStart(4)}  ${doing.join(' + ')}${problems.length > 0 ? `   ${problems.join('; ')}` : ''}`,
    )
  },
})
const minutes = (performance.now() - started) / 60_000
console.log(`\nKilled ${kills} times in ${minutes.toFixed(0)} minutes; seed ${values.seed}.`)
console.log('\n| killed while it did this, often several things at once | times |\n|---|---|')
for (const [what, count] of [...during].sort((a, b) => b[1] - a[1])) console.log(`| ${what} | ${count} |`)
console.log(
  `\n${acknowledged} actions were acknowledged while marking; each was there after every kill, and none twice.`,
)
console.log(problems.length === 0 ? 'Lost: nothing.' : `${problems.length} problems:\n${problems.join('\n')}`)
process.exit(problems.length === 0 ? 0 : 1)
