import { setImmediate } from 'node:timers/promises'
import type { ProgressOverview } from '../../../contract/progress.ts'
import { State } from '../../domain/state.ts'
import { confidenceOf, likelyFrom } from '../../suggestions/scores.ts'
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
  const matrix = await suggestions.followAll(scores)
  const { imageIds, labelIds, probabilities } = scores.table
  const counts: { labelId: number; present: number; absent: number }[] = []
  for (const [column, labelId] of labelIds.entries()) {
    const [states, width, stateColumn] = [matrix.states, matrix.columns, matrix.columnOf(labelId)]
    if (stateColumn < 0) continue
    const count = { labelId, present: 0, absent: 0 }
    for (let row = 0; row < imageIds.length; row++) {
      const p = probabilities[column * imageIds.length + row]
      // NaN compares false: the model says nothing.
      if (!(confidenceOf(p) >= likelyFrom)) continue
      const stateRow = matrix.rowOf(imageIds[row])
      if (stateRow < 0 || states[stateRow * width + stateColumn] !== State.unknown) continue
      if (p >= 0.5) count.present++
      else count.absent++
    }
    counts.push(count)
    await setImmediate()
  }
  return counts
}
