/**
 * Everything that has to hold, in three tiers. A test's file name says which one it is in: `x.test.ts` and `x.spec.ts` are
 * common, `x.deep.test.ts` and `x.deep.spec.ts` are deep, `x.peers.test.ts` are peers.
 *
 *     npm test                  common: what a change breaks most easily, in a few minutes
 *     npm run test:deep         deep: what takes long, or needs much of the machine
 *     npm run test:peers        peers: other programs read what Surmise writes, and write what it reads (needs Python)
 *     npm test -- deep peers    all, the common tier first; what a change has to pass (.ci/run)
 *
 * A stage that fails doesn't end the run. At the end every failure is told again, and the last line counts all tests of all
 * runners.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { ensureChromium } from './chromium.ts'
import { ensureOldElectron } from './oldElectron.ts'
import { ensurePeers } from './peers.ts'
import { countLine, fromPlaywright, fromVitest, type Results, sum } from './testResults.ts'
import { ensureTracing } from './tracing.ts'

const root = path.join(import.meta.dirname, '..')
/** Where the runners write their reports. */
const reports = path.join(root, 'out/reports')
// npm has put node_modules/.bin in front of the PATH; whoever runs this by hand gets the same.
const env = {
  ...process.env,
  PATH: `${path.join(root, 'node_modules/.bin')}${path.delimiter}${process.env.PATH}`,
}
const shell = process.platform === 'win32'

type Tier = 'common' | 'deep' | 'peers'

const results: Results[] = []
/** What failed that is no test, with the end of its output. */
const failed: { name: string; says: string }[] = []
/** What could not be tried on this machine, and why. */
const notTried: string[] = []

const seconds = (started: number): string => `   ${((performance.now() - started) / 1000).toFixed(1)} s`

async function timed<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  const started = performance.now()
  console.log(`\n── ${name}`)
  const result = await work()
  console.log(seconds(started))
  return result
}

/** A command that either holds or doesn't. What it says is printed when it ends: several may run at once. @returns whether it does */
async function check(name: string, command: string, ...args: string[]): Promise<boolean> {
  const started = performance.now()
  const child = spawn(command, args, { cwd: root, env, shell, stdio: ['ignore', 'pipe', 'pipe'] })
  let says = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      says += text
    })
  }
  const status = await new Promise((resolve) => {
    child.once('error', resolve)
    child.once('close', resolve)
  })
  console.log(`\n── ${name}\n${says}${seconds(started)}`)
  if (status !== 0) failed.push({ name, says: says.trim() })
  return status === 0
}

/** Runs a runner of tests, and reads its report. */
async function tests(name: string, read: (report: string) => Results, command: readonly string[]): Promise<void> {
  const report = path.join(reports, `${name.replaceAll(/\W+/g, '-')}.json`)
  rmSync(report, { force: true })
  const status = await timed(name, () => {
    const [program, ...args] = command.map((part) => part.replace('REPORT', report))
    const options = { cwd: root, shell, env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report } }
    return spawnSync(program, args, { ...options, stdio: 'inherit' }).status
  })
  let counted: Results | undefined
  try {
    counted = read(readFileSync(report, 'utf8'))
    results.push(counted)
  } catch (error) {
    failed.push({ name, says: `It left no report: ${error}` })
  }
  // A runner can fail by itself: a process of it that died, an error after the last test.
  if (status !== 0 && counted?.failed === 0) failed.push({ name, says: `It ended with ${status}.` })
}

const vitest = (tier: Tier) =>
  tests(`unit and integration tests, ${tier}`, (report) => fromVitest(JSON.parse(report), root), [
    'vitest',
    'run',
    '--project',
    tier,
    '--reporter=default',
    '--reporter=json',
    '--outputFile.json=REPORT',
  ])

const readPlaywright = (report: string): Results => fromPlaywright(JSON.parse(report))

const endToEnd = async (tier: Tier) => {
  const name = `end-to-end tests, ${tier}`
  const command = ['playwright', 'test', '--project', tier]
  if (ensureChromium())
    await tests(name, readPlaywright, [...command, '--reporter=list,json', '--output', `test-results/${tier}`])
  else await leaveOut(name, command, 'there is no Chromium on this machine')
}

/** Tests that can't be tried on this machine are counted as skipped. */
async function leaveOut(name: string, command: readonly string[], why: string): Promise<void> {
  notTried.push(`${name}: ${why}`)
  await tests(
    `${name}: skipped, ${why}`,
    (report) => {
      const { passed, failed, skipped, skips } = readPlaywright(report)
      return { passed: 0, failed: 0, skipped: passed + failed + skipped, failures: [], skips }
    },
    [...command, '--list', '--reporter=json'],
  )
}

async function common(): Promise<void> {
  const [built] = await Promise.all([
    build(),
    check('types, Node', 'tsc', '-p', 'tsconfig.node.json'),
    check('types, renderer', 'tsc', '-p', 'tsconfig.web.json'),
    check('types, benchmarks', 'tsc', '-p', 'tsconfig.bench.json'),
    check('Biome', 'biome', 'check'),
  ])
  await vitest('common')
  if (built) await endToEnd('common')
}

async function deep(): Promise<void> {
  const untraced = ensureTracing()
  if (untraced) notTried.push(`the proof that nothing is sent: ${untraced}`)
  const built = await build()
  await vitest('deep')
  if (!built) return
  await endToEnd('deep')
  const electron = ensureOldElectron()
  if (typeof electron === 'string')
    await leaveOut('the desktop window', ['playwright', 'test', '-c', 'playwright.electron.config.ts'], electron)
  else await tests('the desktop window', readPlaywright, ['node', 'scripts/testElectron.ts', '--reporter=list,json'])
}

/** Tests of a program that can't be installed skip themselves, by its name. */
async function peers(): Promise<void> {
  const missing = await timed('programs for the peers tier', ensurePeers)
  for (const [name, why] of Object.entries(missing)) notTried.push(`${name}: ${why}`)
  await vitest('peers')
}

let isBuilt: Promise<boolean> | undefined

/** The pages, once. Without them nothing that needs a browser is worth trying. */
function build(): Promise<boolean> {
  isBuilt ??= check('build', 'npm', 'run', '--silent', 'build')
  return isBuilt
}

/** The end of what it says, as text: whole files of it were printed where it failed. */
function tail(says = ''): string {
  const lines = stripVTControlCharacters(says).trimEnd().split('\n')
  const shown = lines.length > 40 ? [...lines.slice(0, 20), '…', ...lines.slice(-20)] : lines
  return shown.map((line) => `    ${line}`).join('\n')
}

const asked = process.argv.slice(2)
const tiers: Record<Tier, () => Promise<void>> = { common, deep, peers }
const isTier = (name: string): name is Tier => Object.hasOwn(tiers, name)
if (asked.length === 0 || !asked.every(isTier)) {
  console.error(`Which tiers: ${Object.keys(tiers).join(', ')}?`)
  process.exit(2)
}
mkdirSync(reports, { recursive: true })
for (const name of asked.filter(isTier)) await tiers[name]()

const all = sum(results)
if (all.skips.length > 0) console.log(`\n── skipped\n${all.skips.map(({ title }) => title).join('\n')}`)
if (notTried.length > 0) console.log(`\n── not tried here\n${notTried.join('\n')}`)
if (all.failed > 0 || failed.length > 0) {
  console.log('\n── what failed, once more')
  for (const { name, says } of failed) console.log(`\n${name}\n${tail(says)}`)
  for (const { title, says } of all.failures) console.log(`\n${title}\n${tail(says)}`)
  process.exitCode = 1
}
console.log(`\n${countLine(all)}`)
