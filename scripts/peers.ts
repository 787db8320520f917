/**
 * The programs that people have, for the tests against them: Python environments outside of the checkout, made once for each list
 * of versions and reused.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { aptInstall } from './apt.ts'

/** Each is a file of pinned versions in `test/peers/requirements`: programs in one of them can stand each other's libraries. */
export const peers = ['formats', 'label-studio', 'fiftyone'] as const
export type Peers = (typeof peers)[number]

const requirements = path.join(import.meta.dirname, '../test/peers/requirements')

/** Another list of versions is another environment. */
function folderOf(name: Peers): string {
  const text = readFileSync(path.join(requirements, `${name}.txt`))
  const key = createHash('sha256').update(text).digest('hex').slice(0, 12)
  const cache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache')
  return path.join(cache, 'surmise-peers', `${name}-${key}`)
}

const programIn = (folder: string, name: string): string =>
  process.platform === 'win32' ? path.join(folder, 'Scripts', `${name}.exe`) : path.join(folder, 'bin', name)

/** Written once all of it is there. */
const readyFile = (folder: string): string => path.join(folder, 'surmise-ready')

/** @returns the environment’s Python; or why there is none, and what makes it */
export function peersPython(name: Peers = 'formats'): { python: string; missing?: undefined } | { missing: string } {
  const folder = folderOf(name)
  if (existsSync(readyFile(folder))) return { python: programIn(folder, 'python') }
  return { missing: `${name} isn’t installed: npm run test:peers installs it` }
}

/** Installs what is missing. @returns why an environment couldn’t be made, by its name */
export function ensurePeers(): Partial<Record<Peers, string>> {
  const failed: Partial<Record<Peers, string>> = {}
  for (const name of peers) {
    const why = ensure(name)
    if (why) failed[name] = why
  }
  return failed
}

function ensure(name: Peers): string | undefined {
  const folder = folderOf(name)
  if (existsSync(readyFile(folder))) return undefined
  console.log(`Installing ${name} for the tests against other programs: ${folder}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(path.dirname(folder), { recursive: true })
  const why = makeEnvironment(folder, path.join(requirements, `${name}.txt`))
  if (why) rmSync(folder, { recursive: true, force: true })
  else writeFileSync(readyFile(folder), '')
  return why
}

function makeEnvironment(folder: string, list: string): string | undefined {
  const venv = () => run('python3', ['-m', 'venv', folder])
  let why = venv()
  if (why && aptInstall(['python3', 'python3-venv'], 'the tests against other programs')) why = venv()
  why ??= run(programIn(folder, 'python'), ['-m', 'pip', 'install', '--quiet', uv])
  why ??= run(programIn(folder, 'uv'), [
    'pip',
    'install',
    '--quiet',
    '--python',
    programIn(folder, 'python'),
    '-r',
    list,
  ])
  return why
}

/** Installs in seconds what takes pip minutes. */
const uv = 'uv==0.13.9'

/** @returns the last line of what went wrong */
function run(program: string, args: readonly string[]): string | undefined {
  const env = { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: '1' }
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8', env })
  if (status === 0) return undefined
  return error?.message ?? stderr.trim().split('\n').at(-1)
}
