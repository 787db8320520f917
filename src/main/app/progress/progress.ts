import { setImmediate } from 'node:timers/promises'
import type { ProgressOverview } from '../../../contract/progress.ts'
import type { ReadableWorkspace } from '../workspace.ts'

/** @param today when the day began, in milliseconds since 1970 */
export async function overviewOf({ session }: ReadableWorkspace, today: number): Promise<ProgressOverview> {
  return { today: await session.since(today), total: await session.total(), session: await session.summary() }
}

/** Of each label that the model knows, the likely suggestions that nobody has decided on; none without a model. */
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
