import { mkdirSync, rmSync } from 'node:fs'
import { access, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { lockFolder } from '../../src/main/backbone/cache/lock.ts'

/** Of this run of the tests: its workers inherit it. */
process.env.SURMISE_MADE_ONCE ??= path.join(tmpdir(), `surmise-e2e-${process.pid}`)

/**
 * A folder that all workers share: whoever needs it first makes it, the others wait.
 * @param make fills the new folder; what it throws, it throws here, and the next that needs it tries again
 */
export async function madeOnce(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = path.join(process.env.SURMISE_MADE_ONCE!, name)
  const [done, lock] = [`${folder}.done`, `${folder}.lock`]
  mkdirSync(lock, { recursive: true })
  while (!(await isThere(done))) {
    const release = await lockFolder(lock).catch(({ code }) => {
      if (code !== 'cache-in-use') throw new Error(`${lock}: ${code}`)
    })
    if (!release) {
      await wait(100)
      continue
    }
    try {
      // Whoever held the lock may have been done in between.
      if (await isThere(done)) continue
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder)
      await make(folder)
      await writeFile(done, '')
    } finally {
      await release()
    }
  }
  return folder
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

/** Playwright's global teardown. */
export default function removeAll(): void {
  rmSync(process.env.SURMISE_MADE_ONCE!, { recursive: true, force: true })
}
