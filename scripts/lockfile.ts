/**
 * After every change of the lockfile: package.json says whose scripts run when they are installed (`allowScripts`), which npm 11
 * follows. npm 10 knows nothing of it, and runs what the lockfile tells it of; so the lockfile tells of nothing else.
 *
 *     npm install NAME && node scripts/lockfile.ts
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const file = path.join(root, 'package-lock.json')
const { allowScripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
const lock = JSON.parse(readFileSync(file, 'utf8'))
for (const [place, entry] of Object.entries<{ hasInstallScript?: true; gypfile?: false }>(lock.packages)) {
  const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
  if (place === '' || allowScripts[name] === true) continue
  delete entry.hasInstallScript
  // Without a word of it, npm 10 would compile what has such a file.
  if (existsSync(path.join(root, place, 'binding.gyp'))) entry.gypfile = false
}
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
