import type { ActionResult } from '../../../contract/schemas.ts'
import { UserError } from '../../base/errors.ts'
import type { Workspace } from '../workspace.ts'
import { redo, titles, undo } from './marks.ts'

export type HistoryMove = ActionResult & { kind: 'undo' | 'redo'; steps: number; of: number }

/**
 * Undoes or redoes until this action is the latest in effect. Each step is complete by itself: if one fails, those before it stand.
 * It stops if something else is done meanwhile.
 * @returns the direction, how many steps were taken, and out of how many
 * @throws UserError `history-elsewhere`
 */
export async function goTo(workspace: Workspace, id: number): Promise<HistoryMove> {
  const { history } = workspace.project
  const way = history.wayTo(id)
  if (!way) {
    throw new UserError(
      'history-elsewhere',
      'This can’t be redone: something else was done after it was undone.',
      'Undo what was done since, or mark it again.',
    )
  }
  const step = way.kind === 'undo' ? undo : redo
  let last: ActionResult | null = null
  let [changed, steps] = [0, 0]
  while (steps < way.actions.length) {
    // Somebody else with this project open may have done something meanwhile.
    // Nobody asked to undo that.
    const now = history.wayTo(id)
    if (now?.kind !== way.kind || now.actions[0] !== way.actions[steps]) break
    const result = await step(workspace)
    if (!result) break
    last = result
    changed += result.changed
    steps++
  }
  const title = last?.title ?? ''
  return {
    changed,
    title,
    firstImageId: last?.firstImageId ?? null,
    ...titles(workspace),
    kind: way.kind,
    steps,
    of: way.actions.length,
  }
}
