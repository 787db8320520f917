import { chmod, stat } from 'node:fs/promises'

/** What the person who started the program keeps from others anyway. */
const own = process.umask()
let current = own

/**
 * Who may not read a project must not read what is written of it: features, models, backups, exports, reports. So as long as one is
 * open, this process writes for nobody else, whoever writes, and by whichever library. Windows has other rights, which a folder
 * hands down by itself.
 * @param modes of the projects that are open
 */
export function writeNoWiderThan(modes: readonly number[]): void {
  const closed = modes.reduce((mask, mode) => mask | (mode & 0o040 ? 0 : 0o070) | (mode & 0o004 ? 0 : 0o007), 0)
  setUmask(own | closed)
}

/** The permissions that are withheld now; the compute process is told them with each task. */
export function umask(): number {
  return current
}

/** @param mask as `umask` tells it */
export function setUmask(mask: number): void {
  if (process.platform === 'win32' || mask === current) return
  process.umask(mask)
  current = mask
}

/** A copy has the permissions of what it was made of, which may be wider. */
export async function narrow(copy: string): Promise<void> {
  if (process.platform === 'win32') return
  const { mode } = await stat(copy)
  if (mode & umask() & 0o777) await chmod(copy, mode & 0o777 & ~umask())
}
