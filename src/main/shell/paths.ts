import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** The root of the checkout or of the installed application. */
export const rootFolder = path.resolve(import.meta.dirname, '../../..')

/** Where `npm run build` puts the pages. */
export const rendererFolder = path.join(rootFolder, 'out/renderer')

/** Beside this file, in the sources as in a build. */
export const computeEntry = beside('compute')
export const coreEntry = beside('core')

export const version: string = JSON.parse(readFileSync(path.join(rootFolder, 'package.json'), 'utf8')).version

export function isRendererBuilt(): boolean {
  return existsSync(path.join(rendererFolder, 'index.html'))
}

function beside(name: string): string {
  return path.join(import.meta.dirname, `${name}${path.extname(import.meta.filename)}`)
}
