import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { joining, merging, migrating, restoring } from './others.ts'
import { Working } from './working.ts'
import { Workshop } from './workshop.ts'

/** What one kill came to. */
export interface Told {
  /** What was under way when it came. */
  doing: string[]
  /** What was lost, torn, or there twice. */
  problems: string[]
}

export interface Tally {
  kills: number
  /** By what was under way: often several things were. */
  during: Map<string, number>
  /** Actions that were acknowledged, each of them looked for after every kill that followed. */
  acknowledged: number
  problems: string[]
}

export interface TortureOptions {
  count: number
  seed: number
  onKill?: (told: Told, kills: number) => void
}

/**
 * Kills the application so many times at random moments while it works, and compares what is there with what it had acknowledged.
 * Two of three kills come while somebody marks; the others while a project is migrated, restored, or joined with another.
 */
export async function torture({ count, seed, onKill }: TortureOptions): Promise<Tally> {
  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-torture-'))
  const shop = new Workshop(folder, seed)
  const tally: Tally = { kills: 0, during: new Map(), acknowledged: 0, problems: [] }
  try {
    const working = await Working.begin(shop)
    const others = [migrating, merging, joining, restoring]
    for (let i = 0; i < count; i++) {
      const other = i % 3 === 2 ? others[Math.floor(i / 3) % others.length] : undefined
      const told = other ? await other(shop, working.file) : await working.episode()
      tally.kills++
      for (const what of told.doing) tally.during.set(what, (tally.during.get(what) ?? 0) + 1)
      tally.problems.push(
        ...told.problems.map((problem) => `kill ${tally.kills}, ${told.doing.join(' + ')}: ${problem}`),
      )
      onKill?.(told, tally.kills)
    }
    tally.problems.push(...(await working.end()))
    tally.acknowledged = working.acknowledged
    return tally
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
