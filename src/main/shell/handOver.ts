import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import open from 'open'
import { removeLeftOvers, temporaryFolderPrefix } from '../base/leftOvers.ts'
import { hasDesktop, xdgOpen } from './desktop.ts'
import { name, pages } from './texts.ts'

/**
 * Opens the browser with a secret address. Every user of the machine can read command lines (`ps`), so the browser is given a file
 * that only its owner can read, which redirects to the address.
 * @returns removes the file; to be called once the address has been used, and at the end
 */
export function handOver(url: string): () => void {
  // Without a desktop, the printed address has to do.
  if (!hasDesktop()) return () => undefined
  const folder = mkdtempSync(path.join(readableFolder(), temporaryFolderPrefix()))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  // Covers every ending except a kill, after which the next start removes the file.
  process.once('exit', remove)
  const page = path.join(folder, 'surmise.html')
  // `mkdtemp` creates a folder that only its owner can enter.
  writeFileSync(page, pageTo(url), { mode: 0o600, flag: 'wx' })
  open(page, xdgOpen).then(
    (child) => child.on('error', () => undefined),
    () => undefined,
  )
  return () => {
    process.off('exit', remove)
    remove()
  }
}

function pageTo(url: string): string {
  const address = url.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${address}">
<title>${name}</title>
<p><a href="${address}">${pages.open}</a></p>
</html>
`
}

/** Ubuntu's Firefox and Chromium are snaps, which see a temporary folder of their own instead of the system's. */
function readableFolder(): string {
  if (process.platform !== 'linux') return tmpdir()
  const asked = spawnSync('xdg-settings', ['get', 'default-web-browser'], { encoding: 'utf8', timeout: 5_000 })
  const snap = /^([\w-]+)_[\w-]+\.desktop\s*$/.exec(asked.stdout ?? '')?.[1]
  const own = snap && path.join(homedir(), 'snap', snap, 'common')
  if (!own || !existsSync(own)) return tmpdir()
  void removeLeftOvers(own)
  return own
}
