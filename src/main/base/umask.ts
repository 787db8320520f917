import { chmod, stat } from 'node:fs/promises'

/** The umask the program was started with. */
const own = process.umask()
let current = own

/**
 * Whoever can't read a project must not be able to read what is derived from it: features, models, backups, exports, reports. So
 * while it is open, the umask gives every file this process writes, through whichever library, permissions no wider than the
 * project's. On Windows files inherit their folder's permissions.
 * @param modes file modes of the open projects
 */
export function writeNoWiderThan(modes: readonly number[]): void {
  const closed = modes.reduce((mask, mode) => mask | (mode & 0o040 ? 0 : 0o070) | (mode & 0o004 ? 0 : 0o007), 0)
  setUmask(own | closed)
}

/** The current umask. The compute process gets it with each task. */
export function umask(): number {
  return current
}

/** @param mask as returned by `umask` */
export function setUmask(mask: number): void {
  if (process.platform === 'win32' || mask === current) return
  process.umask(mask)
  current = mask
}

/** Applies the umask to a copy, which has the permissions of its original. */
export async function narrow(copy: string): Promise<void> {
  if (process.platform === 'win32') return
  const { mode } = await stat(copy)
  if (mode & umask() & 0o777) await chmod(copy, mode & 0o777 & ~umask())
}
