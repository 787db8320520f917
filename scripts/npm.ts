import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')

/** Runs npm in the checkout: the one that runs this, or the machine's. */
export function npm(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const own = process.env.npm_execpath
  const isScript = own !== undefined && /\.[cm]?js$/.test(own) && existsSync(own)
  const [command, before] = isScript ? [process.execPath, [own]] : ['npm', []]
  const shell = !isScript && process.platform === 'win32'
  const options = { cwd: root, encoding: 'utf8', timeout: 60_000, maxBuffer: 64 * 1024 * 1024, shell } as const
  const { status, stdout, stderr } = spawnSync(command, [...before, ...args], options)
  return { status, stdout: stdout ?? '', stderr: stderr ?? '' }
}
