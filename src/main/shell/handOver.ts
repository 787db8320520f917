import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import open from 'open'
import { removeLeftOvers, temporaryFolderPrefix } from '../base/leftOvers.ts'
import { hasDesktop, xdgOpen } from './desktop.ts'
import { name, pages } from './texts.ts'

/**
 * Opens the browser with an address that is a secret. What a program is started with can be read by every user of the machine
 * (`ps`), so the browser is given a page that only its owner can read, and that leads on to the address.
 * @returns removes the page; it is to be called once the address has been used, and at the end
 */
export function handOver(url: string): () => void {
  // Without a display, or without a browser, the printed address has to do.
  if (!hasDesktop()) return () => undefined
  const folder = mkdtempSync(path.join(readableFolder(), temporaryFolderPrefix()))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  // However it ends, short of being killed; the next start removes what a killed one left.
  process.once('exit', remove)
  const page = path.join(folder, 'surmise.html')
  // `mkdtemp` makes a folder that only its owner can enter.
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

/** Ubuntu's Firefox and Chromium are snaps: of the disk they see no temporary folder, but one of their own. */
function readableFolder(): string {
  if (process.platform !== 'linux') return tmpdir()
  const asked = spawnSync('xdg-settings', ['get', 'default-web-browser'], { encoding: 'utf8', timeout: 5_000 })
  const snap = /^([\w-]+)_[\w-]+\.desktop\s*$/.exec(asked.stdout ?? '')?.[1]
  const own = snap && path.join(homedir(), 'snap', snap, 'common')
  if (!own || !existsSync(own)) return tmpdir()
  void removeLeftOvers(own)
  return own
}
