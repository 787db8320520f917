import { existsSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import path from 'node:path'

/** What is loaded when these built files are, worker threads included. */
export interface Reached {
  /** Below the folder. */
  files: string[]
  /** Names of packages. */
  packages: string[]
}

const imports = [
  /^\s*(?:import|export)\b[^'";]*?\bfrom\s*["']([^"']+)["']/gm,
  /^\s*import\s*["']([^"']+)["']/gm,
  /\bimport\(\s*["']([^"']+)["']\s*\)/g,
  /\bnew URL\(\s*["'](\.[^"']+)["'],\s*import\.meta\.url\)/g,
]

/** @param folder of the built main process @param entries below it @throws if a file that another names is not there */
export function reach(folder: string, entries: readonly string[]): Reached {
  const files = new Set<string>()
  const packages = new Set<string>()
  const visit = (file: string, from: string): void => {
    if (files.has(file)) return
    const full = path.join(folder, file)
    if (!existsSync(full)) throw new Error(`${from} needs ${file}, which the build did not make.`)
    files.add(file)
    const text = readFileSync(full, 'utf8')
    for (const target of imports.flatMap((pattern) => Array.from(text.matchAll(pattern), (match) => match[1]))) {
      if (target.startsWith('.')) visit(path.join(path.dirname(file), target), file)
      else if (!isBuiltin(target) && target !== 'electron') packages.add(packageOf(target))
    }
  }
  for (const entry of entries) visit(path.normalize(entry), 'the package')
  return { files: [...files].sort(), packages: [...packages].sort() }
}

/** `@scope/name/part` → `@scope/name` */
export const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
