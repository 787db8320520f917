import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Of the checkout, or of the installed application. */
export const rootFolder = path.resolve(import.meta.dirname, '../../..')

/** What `npm run build` makes of `src/renderer`. */
export const rendererFolder = path.join(rootFolder, 'out/renderer')

/** Beside this file, whether it runs from the sources or from what a build made of them. */
export const computeEntry = beside('compute')
export const coreEntry = beside('core')

export const version: string = JSON.parse(readFileSync(path.join(rootFolder, 'package.json'), 'utf8')).version

export function isRendererBuilt(): boolean {
  return existsSync(path.join(rendererFolder, 'index.html'))
}

function beside(name: string): string {
  return path.join(import.meta.dirname, `${name}${path.extname(import.meta.filename)}`)
}
