import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, test } from 'vitest'

/** A disk of so many megabytes in memory, that can be filled up. */
export interface SmallDisk {
  folder: string
  /** Takes all that is left. */
  fill(): void
  /** Gives it back. */
  free(): void
}

const mounted: string[] = []

function mount(megabytes: number): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined
  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-disk-'))
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder])
  if (status !== 0) {
    rmSync(folder, { recursive: true })
    return undefined
  }
  mounted.push(folder)
  return folder
}

function unmountAll(): void {
  for (const folder of mounted.splice(0)) {
    spawnSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Whoever may mount has one. */
const canMount = mount(1) !== undefined
unmountAll()

/** Where no disk can be mounted, it is skipped, by name. */
export const testOnSmallDisk = test.skipIf(!canMount)

/** It goes when the test ends. */
export function smallDisk(megabytes: number): SmallDisk {
  const folder = mount(megabytes)!
  const ballast = path.join(folder, 'ballast')
  return {
    folder,
    fill: () => {
      const { bavail, bsize } = statfsSync(folder)
      writeFileSync(ballast, Buffer.alloc(bavail * bsize))
    },
    free: () => rmSync(ballast, { force: true }),
  }
}

// Registered before those of the supports, and so run after them: files are closed by then.
afterEach(unmountAll)
