import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type Installed, manifest } from './modules.ts'

const root = path.join(import.meta.dirname, '../..')

/** Whose work is in a package, and on which terms. */
export function licencesOf(packages: readonly Installed[]): string {
  const own = [`Surmise is under the licence in LICENSE. It carries the following, each on its own terms.`]
  const others = packages.map(({ name, version, place }) => {
    const folder = path.join(root, place)
    const text = readdirSync(folder)
      .filter((file) => /^(licen[cs]e|copying|notice|third.?party)/i.test(file))
      .map((file) => readFileSync(path.join(folder, file), 'utf8').trim())
    return [`── ${name} ${version}: ${manifest(folder).license ?? 'see its page'}`, ...text].join('\n\n')
  })
  const node = `── Node.js ${process.versions.node}: MIT and others, https://github.com/nodejs/node/blob/main/LICENSE`
  return `${[...own, node, ...others].join('\n\n')}\n`
}
