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
export const peers = ['formats', 'label-studio', 'fiftyone', 'torch'] as const
export type Peers = (typeof peers)[number]

/** What an environment takes from the system. PyTorch from PyPI is half a gigabyte, for graphics cards; Debian's is 40 MB. */
const fromSystem: Partial<Record<Peers, { python: string; packages: string[]; files: string[] }>> = {
  torch: {
    python: '/usr/bin/python3',
    packages: ['python3-torch', 'python3-torchvision', 'python3-venv'],
    files: ['torch', 'torchvision'].map((name) => `/usr/lib/python3/dist-packages/${name}/__init__.py`),
  },
}

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
export function peersPython(
  name: Peers = 'formats',
): { python: string; missing?: undefined } | { python?: undefined; missing: string } {
  const folder = folderOf(name)
  if (isThere(name, folder)) return { python: programIn(folder, 'python') }
  return { missing: `${name} isn’t installed: npm run test:peers installs it` }
}

/** A cache can outlive the system that it was made on. */
function isThere(name: Peers, folder: string): boolean {
  return existsSync(readyFile(folder)) && systemHas(name)
}

function systemHas(name: Peers): boolean {
  return (fromSystem[name]?.files ?? []).every((file) => existsSync(file))
}

/** How long installing may take, all in all: without a network it may be that nobody answers. In milliseconds. */
const limit = 6 * 60_000

/** Installs what is missing. @returns why an environment couldn’t be made, by its name */
export function ensurePeers(): Partial<Record<Peers, string>> {
  const until = Date.now() + limit
  const failed: Partial<Record<Peers, string>> = {}
  for (const name of peers) {
    const why = ensure(name, until)
    if (why) failed[name] = why
  }
  return failed
}

function ensure(name: Peers, until: number): string | undefined {
  const folder = folderOf(name)
  if (isThere(name, folder)) return undefined
  console.log(`Installing ${name} for the tests against other programs: ${folder}`)
  const system = fromSystem[name]
  if (system && !systemHas(name)) {
    aptInstall(system.packages, 'the tests against other programs', Math.max(1, until - Date.now()))
    if (!systemHas(name)) return `needs Debian’s ${system.packages.slice(0, -1).join(' and ')}`
    if (isThere(name, folder)) return undefined
  }
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(path.dirname(folder), { recursive: true })
  const why = makeEnvironment(name, folder, until)
  if (why) rmSync(folder, { recursive: true, force: true })
  else writeFileSync(readyFile(folder), '')
  return why
}

function makeEnvironment(name: Peers, folder: string, until: number): string | undefined {
  const system = fromSystem[name]
  const python = system?.python ?? 'python3'
  const venv = () => run(python, ['-m', 'venv', ...(system ? ['--system-site-packages'] : []), folder], until)
  let why = venv()
  const left = Math.max(1, until - Date.now())
  if (why && aptInstall(['python3', 'python3-venv'], 'the tests against other programs', left)) why = venv()
  const own = programIn(folder, 'python')
  why ??= run(own, ['-m', 'pip', 'install', '--quiet', uv], until)
  const list = path.join(requirements, `${name}.txt`)
  // The list is complete; what is left out of it is the system’s.
  const install = ['pip', 'install', '--quiet', ...(system ? ['--no-deps'] : []), '-r', list]
  why ??= run(programIn(folder, 'uv'), [...install, '--python', own], until)
  return why
}

/** Installs in seconds what takes pip minutes. */
const uv = 'uv==0.13.9'

/** @returns the last line of what went wrong */
function run(program: string, args: readonly string[], until: number): string | undefined {
  const env = { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: '1' }
  const timeout = Math.max(1, until - Date.now())
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8', env, timeout })
  if (status === 0) return undefined
  return error?.message ?? stderr.trim().split('\n').at(-1)
}
