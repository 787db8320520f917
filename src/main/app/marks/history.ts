import type { ActionResult } from '../../../contract/schemas.ts'
import { UserError } from '../../base/errors.ts'
import type { Workspace } from '../workspace.ts'
import { redo, titles, undo } from './marks.ts'

export type Went = ActionResult & { kind: 'undo' | 'redo'; steps: number; of: number }

/**
 * Undoes, or does again, until this action is the latest that is in effect. Each step is whole by itself: one that fails leaves
 * those before it. Where something else is done meanwhile, it ends there.
 * @returns which way it went, how many steps were taken, and how many there were to take
 * @throws UserError `history-elsewhere`
 */
export async function goTo(workspace: Workspace, id: number): Promise<Went> {
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
    // Something may have been done meanwhile, by somebody else who looks at this project.
    // That is not what was asked to be undone.
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
