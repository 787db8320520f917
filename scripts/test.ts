/**
 * Everything that has to hold, in order; the first failure ends it. The unit and integration tests come last, so that the
 * output ends with their count.
 *
 *     npm test
 */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { ensureChromium } from './chromium.ts'
import { ensureTracing } from './tracing.ts'

const root = path.join(import.meta.dirname, '..')

function stage(name: string, command: string, ...args: string[]): void {
  const started = performance.now()
  console.log(`\n── ${name}`)
  // npm has put node_modules/.bin in front of the PATH; whoever runs this by hand gets the same.
  const env = {
    ...process.env,
    PATH: `${path.join(root, 'node_modules/.bin')}${path.delimiter}${process.env.PATH}`,
  }
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env, shell: process.platform === 'win32' })
  if (status !== 0) {
    console.error(`\n${name}: failed`)
    process.exit(status || 1)
  }
  console.log(`   ${((performance.now() - started) / 1000).toFixed(1)} s`)
}

stage('types, Node', 'tsc', '-p', 'tsconfig.node.json')
stage('types, renderer', 'tsc', '-p', 'tsconfig.web.json')
stage('types, benchmarks', 'tsc', '-p', 'tsconfig.bench.json')
stage('Biome', 'biome', 'check')
stage('build', 'npm', 'run', '--silent', 'build')
if (ensureChromium()) stage('end-to-end tests', 'playwright', 'test')
else console.log('\n── end-to-end tests: skipped, there is no Chromium on this machine')
const untraced = ensureTracing()
if (untraced) console.log(`\n── the proof that nothing is sent: skipped, ${untraced}`)
stage('unit and integration tests', 'vitest', 'run')
