import { cpSync, existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { run } from './run.ts'
import { nameOf, sharpPackages, type Target } from './target.ts'

const root = path.join(import.meta.dirname, '../..')

/** Only used where they are installed from npm. */
const installersOnly: Record<string, readonly string[]> = { 'onnxruntime-node': ['adm-zip', 'global-agent'] }

/** A package as it lies in node_modules. */
export interface Installed {
  name: string
  version: string
  /** Below the root, `node_modules/a/node_modules/b`. */
  place: string
}

/** The packages with all that they need, as they are installed. */
export function withDependencies(names: readonly string[], target: Target): Installed[] {
  const found = new Map<string, Installed>()
  const visit = (name: string, from: string): void => {
    const place = resolvePackage(name, from)
    // Optional, and not for this machine; those of another target are fetched.
    if (!place || found.has(place)) return
    const { version, dependencies = {}, optionalDependencies = {} } = manifest(path.join(root, place))
    found.set(place, { name, version, place })
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (needed.startsWith('@img/sharp-') && !sharpPackages(target).includes(needed)) continue
      if (!installersOnly[name]?.includes(needed)) visit(needed, place)
    }
  }
  for (const name of names) visit(name, '')
  return [...found.values()].sort((a, b) => (a.place < b.place ? -1 : 1))
}

/** Copies packages, less what nobody loads and what other systems load; fetches what only the target has. */
export function copyPackages(packages: readonly Installed[], folder: string, target: Target): void {
  for (const { name, place } of packages) {
    const from = path.join(root, place)
    cpSync(from, path.join(folder, place), {
      recursive: true,
      dereference: true,
      filter: (file) => isKept(name, path.relative(from, file).split(path.sep).join('/'), target),
    })
  }
  if (!packages.some(({ name }) => name === 'sharp')) return
  const { optionalDependencies = {} } = manifest(path.join(root, 'node_modules/sharp'))
  for (const name of sharpPackages(target)) {
    if (packages.some((one) => one.name === name)) continue
    fetchPackage(`${name}@${optionalDependencies[name]}`, path.join(folder, 'node_modules', name))
  }
}

/** @param file in the package, with slashes; '' for the package itself */
export function isKept(name: string, file: string, target: Target): boolean {
  if (file === 'node_modules' || file.startsWith('node_modules/')) return false
  // Node runs no TypeScript that lies in node_modules.
  if (/\.(map|tsbuildinfo|[cm]?tsx?)$/.test(file)) return false
  if (/^(readme|changelog|history)\b.*\.(md|markdown)$/i.test(file)) return false
  const own = nameOf(target)
  if (name === 'better-sqlite3') {
    // Its source and SQLite’s are only there to be compiled.
    if (/^(build|deps|src|binding\.gyp)(\/|$)/.test(file)) return false
    return !file.startsWith('prebuilds/') || file === `prebuilds/${own}.node`
  }
  if (name === 'onnxruntime-node') {
    if (/^(script|lib)(\/|$)/.test(file)) return false
    const [, , platform, arch] = file.startsWith('bin/') ? file.split('/') : []
    return (!platform || platform === target.platform) && (!arch || arch === target.arch)
  }
  return true
}

/** Puts a package from npm into a folder. @param specification `name@version` @throws if npm can’t fetch it */
export function fetchPackage(specification: string, folder: string): void {
  const temporary = mkdtempSync(path.join(tmpdir(), 'surmise-package-'))
  try {
    run('npm', ['pack', specification, '--loglevel', 'error', '--pack-destination', temporary])
    const archive = readdirSync(temporary).find((file) => file.endsWith('.tgz'))
    if (!archive) throw new Error(`npm has not fetched ${specification}.`)
    run('tar', ['-xzf', path.join(temporary, archive), '-C', temporary])
    const unpacked = readdirSync(temporary).find((file) => lstatSync(path.join(temporary, file)).isDirectory())
    cpSync(path.join(temporary, unpacked ?? 'package'), folder, { recursive: true })
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** As Node looks for it: in the node_modules of the folder that asks, then in those above. */
function resolvePackage(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules') - 1))) {
    const place = path.posix.join(folder, 'node_modules', name)
    if (existsSync(path.join(root, place, 'package.json'))) return place
    if (folder === '') return undefined
  }
}

interface Manifest {
  version: string
  license?: string
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

export function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
}
