import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { copyPackages, fetchPackage, type Installed, manifest, withDependencies } from './modules.ts'
import { reach } from './reach.ts'
import { isHere, nodeFile, nodePackage, type Target } from './target.ts'

const root = path.join(import.meta.dirname, '../..')

/** What a part of a package begins with, below out/main. */
export const entries = {
  web: ['shell/cli.js', 'shell/compute.js'],
  /** What Electron loads, from its archive. */
  electron: ['shell/electron.js'],
  /** What plain Node loads, which can’t read that archive. */
  core: ['shell/core.js', 'shell/compute.js'],
}

export interface StageOptions {
  entries: readonly string[]
  target: Target
  /** Whether it shows the pages. */
  pages: boolean
  /** Whether it works on projects: then it needs what comes with the program, the built-in backbone first of all. */
  works: boolean
  /** What Electron begins with. */
  main?: string
}

/** Puts together what runs without npm: built files, resources, and the packages that those files load. @returns the packages */
export function stage(folder: string, { entries: begins, target, pages, works, main }: StageOptions): Installed[] {
  const { files, packages } = reach(path.join(root, 'out/main'), begins)
  for (const file of files) copy(path.join('out/main', file), folder)
  if (pages) copy('out/renderer', folder)
  if (main) copy('out/preload', folder)
  for (const resource of works ? ['backbones', 'examples'] : []) copy(`resources/${resource}`, folder)
  const installed = withDependencies(packages, target)
  copyPackages(installed, folder, target)
  const { name, version, description, license } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  const dependencies = Object.fromEntries(
    packages.map((one) => [one, manifest(path.join(root, 'node_modules', one)).version]),
  )
  const own = {
    name,
    productName: 'Surmise',
    version,
    description,
    license,
    author: 'The Surmise authors',
    type: 'module',
    main,
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify({ ...own, dependencies }, null, 2)}\n`)
  return installed
}

/** Puts the Node program of the target into a folder: the one that runs this, or that of npm. */
export function stageNode(folder: string, target: Target): void {
  mkdirSync(folder, { recursive: true })
  const program = path.join(folder, nodeFile(target))
  if (isHere(target)) cpSync(process.execPath, program, { dereference: true })
  else {
    const temporary = mkdtempSync(path.join(tmpdir(), 'surmise-node-'))
    const { name, file } = nodePackage(target)
    fetchPackage(`${name}@${process.versions.node}`, temporary)
    cpSync(path.join(temporary, file), program)
    rmSync(temporary, { recursive: true, force: true })
  }
  chmodSync(program, 0o755)
}

function copy(place: string, folder: string): void {
  cpSync(path.join(root, place), path.join(folder, place), { recursive: true })
}
