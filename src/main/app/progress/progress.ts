import { setImmediate } from 'node:timers/promises'
import type { ProgressOverview } from '../../../contract/progress.ts'
import type { ReadableWorkspace } from '../workspace.ts'

/** @param today start of the day, in milliseconds since 1970 */
export async function overviewOf({ session }: ReadableWorkspace, today: number): Promise<ProgressOverview> {
  return { today: await session.since(today), total: await session.total(), session: await session.summary() }
}

/** The number of likely, undecided suggestions for each label the model knows; empty without a model. */
export async function likelyCounts({
  suggestions,
}: ReadableWorkspace): Promise<{ labelId: number; present: number; absent: number }[]> {
  const scores = await suggestions.current()
  if (!scores) return []
  const pairs = await suggestions.pairs(scores)
  const counts: { labelId: number; present: number; absent: number }[] = []
  for (const labelId of pairs.labelIds) {
    const likely = pairs.likelyOf(labelId)
    if (likely) counts.push({ labelId, ...likely })
    await setImmediate()
  }
  return counts
}
