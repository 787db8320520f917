import { chmodSync, statSync } from 'node:fs'
import { writeNoWiderThan } from '../../base/umask.ts'

/** Project files that this process has open, and how often. */
const open = new Map<string, number>()

/** From now on, nothing is written that more people may read than this project. @returns a function that ends it */
export function keepPrivate(file: string): () => void {
  open.set(file, (open.get(file) ?? 0) + 1)
  followPermissions()
  return () => {
    open.set(file, (open.get(file) ?? 1) - 1)
    if (open.get(file) === 0) open.delete(file)
    followPermissions()
  }
}

export function isOpenHere(file: string): boolean {
  return open.has(file)
}

/** Permissions may change while a project is open. */
export function followPermissions(): void {
  writeNoWiderThan([...open.keys()].flatMap((file) => statSync(file, { throwIfNoEntry: false })?.mode ?? []))
}

/** Restricts folders that were created while more people had access, and with them everything inside. */
export function closeFolders(file: string, folders: readonly string[]): void {
  if (process.platform === 'win32') return
  const { mode } = statSync(file)
  for (const folder of folders) {
    try {
      const { mode: now } = statSync(folder)
      const wanted = now & ~((mode & 0o040 ? 0 : 0o070) | (mode & 0o004 ? 0 : 0o007))
      if (wanted !== now) chmodSync(folder, wanted & 0o7777)
    } catch {
      // Missing, or somebody else’s.
    }
  }
}
