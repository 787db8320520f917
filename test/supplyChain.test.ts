import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { npm } from '../scripts/npm.ts'

interface LockedPackage {
  version?: string
  resolved?: string
  integrity?: string
  license?: string
  dev?: boolean
  hasInstallScript?: boolean
  gypfile?: boolean
  link?: boolean
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

const root = path.join(import.meta.dirname, '..')
const read = (name: string) => JSON.parse(readFileSync(path.join(root, name), 'utf8'))
const manifest = read('package.json') as LockedPackage & { allowScripts: Record<string, boolean> }
const locked = read('package-lock.json').packages as Record<string, LockedPackage>
const packages = Object.entries(locked).filter(([place]) => place !== '')
const nameOf = (place: string) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)

test('the lockfile is exact: what package.json asks for, every package by its hash, from the registry alone', () => {
  expect(locked['']).toMatchObject({ dependencies: manifest.dependencies, devDependencies: manifest.devDependencies })
  for (const [name, range] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    expect(range, name).toMatch(/^\^?\d+\.\d+\.\d+$/)
  }
  expect(packages.length).toBeGreaterThan(100)
  for (const [place, { integrity, resolved, link, version }] of packages) {
    expect(integrity, place).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/)
    expect(resolved ?? 'https://registry.npmjs.org/', place).toMatch(/^https:\/\/registry\.npmjs\.org\//)
    expect([link, version], place).toEqual([undefined, expect.stringMatching(/^\d+\.\d+\.\d+/)])
  }
})

/** What of a package would run when it is installed: its scripts, or a compiler where it has something to compile. */
function scriptsOf(place: string): string[] {
  const file = path.join(root, place, 'package.json')
  // Of another system.
  if (!existsSync(file)) return []
  const { scripts = {} } = JSON.parse(readFileSync(file, 'utf8')) as { scripts?: Record<string, string> }
  const own = ['preinstall', 'install', 'postinstall'].filter((name) => scripts[name])
  return existsSync(path.join(root, place, 'binding.gyp')) ? [...own, 'node-gyp'] : own
}

test('a package runs nothing when it is installed, unless it is named', () => {
  const wanting = packages.filter(([place]) => scriptsOf(place).length > 0).map(([place]) => nameOf(place))
  expect(wanting).toEqual(expect.arrayContaining(['node', 'onnxruntime-node']))
  for (const name of wanting) expect(manifest.allowScripts, name).toHaveProperty([name])
  // Node itself: its script puts the program in its place.
  expect(Object.entries(manifest.allowScripts).filter(([, allowed]) => allowed)).toEqual([['node', true]])
})

test('npm 10, which knows of no such list, runs no others: run `node scripts/lockfile.ts` after each change', () => {
  // It looks for scripts where the lockfile says that there are some, and compiles unless the lockfile says not to.
  const runs = packages.filter(
    ([place, { hasInstallScript, gypfile }]) =>
      hasInstallScript || (gypfile !== false && scriptsOf(place).includes('node-gyp')),
  )
  expect(runs.map(([place]) => nameOf(place))).toEqual(['node'])
})

/** What the application may be made of, and, where it only builds and checks it, what else. */
const licences = [
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Zlib',
  'Python-2.0',
  // Of a font that lies beside the application.
  'OFL-1.1',
]
const ofTools = ['MPL-2.0', 'CC-BY-4.0', 'WTFPL']
/** A library of its own beside the application, which anyone can replace: so its licence asks. */
const replaceable = /^@img\/sharp/

test('every licence allows what the application does with it', () => {
  for (const [place, { license, dev }] of packages) {
    const name = nameOf(place)
    const terms = (license ?? 'none').replace(/[()]/g, '').split(/ (?:AND|OR) /)
    const allowed = [...licences, ...(dev ? ofTools : []), ...(replaceable.test(name) ? ['LGPL-3.0-or-later'] : [])]
    const isOr = license?.includes(' OR ') ?? false
    const fits = terms.map((term) => allowed.includes(term))
    expect(isOr ? fits.some(Boolean) : fits.every(Boolean), `${name}: ${license}`).toBe(true)
  }
})

test('the registry knows of no hole in what is shipped', ({ skip }) => {
  const { stdout } = npm('audit', '--omit', 'dev', '--json', '--package-lock-only')
  let report: { vulnerabilities?: Record<string, { severity: string }> } = {}
  try {
    report = JSON.parse(stdout)
  } catch {
    // npm has said so in words.
  }
  if (!report.vulnerabilities) return skip('the registry doesn’t answer npm audit here')
  expect(report.vulnerabilities).toEqual({})
})

test('the bill of materials names every package that is shipped, with its hash', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-sbom-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'sbom.json')
  const { status, stderr } = spawnSync(process.execPath, [path.join(root, 'scripts/sbom.ts'), file], {
    encoding: 'utf8',
  })
  expect([status, stderr, existsSync(file)]).toEqual([0, '', true])
  const { bomFormat, components, metadata } = JSON.parse(readFileSync(file, 'utf8')) as {
    bomFormat: string
    metadata: { component: { name: string } }
    components: { name: string; version: string; purl: string; hashes: { alg: string; content: string }[] }[]
  }
  expect([bomFormat, metadata.component.name]).toEqual(['CycloneDX', 'surmise'])
  const told = new Set(components.map(({ name, version }) => `${name}@${version}`))
  for (const name of Object.keys(manifest.dependencies!)) {
    expect(told).toContain(`${name}@${locked[`node_modules/${name}`].version}`)
  }
  for (const name of Object.keys(manifest.devDependencies!)) {
    const { dev } = locked[`node_modules/${name}`]
    if (dev) expect(told).not.toContain(`${name}@${locked[`node_modules/${name}`].version}`)
  }
  for (const { purl, hashes } of components) {
    expect(purl).toMatch(/^pkg:npm\//)
    expect(hashes.map(({ alg, content }) => [alg, content.length])).toContainEqual(['SHA-512', 128])
  }
})
