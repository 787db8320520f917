import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const sources = ['src/renderer', 'src/contract', 'vite.config.ts', 'package-lock.json']

/** Builds the pages if they have never been built, or if a source is newer. @throws if the build fails */
export function ensureRenderer(): void {
  const built = path.join(root, 'out/renderer/index.html')
  const builtAt = existsSync(built) ? statSync(built).mtimeMs : Number.NEGATIVE_INFINITY
  if (sources.every((source) => newest(path.join(root, source)) < builtAt)) return
  console.log('Building the pages…')
  const vite = path.join(root, 'node_modules/vite/bin/vite.js')
  const { status } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error('The pages could not be built.')
}

function newest(place: string): number {
  const facts = statSync(place)
  if (!facts.isDirectory()) return facts.mtimeMs
  return Math.max(facts.mtimeMs, ...readdirSync(place).map((name) => newest(path.join(place, name))))
}
