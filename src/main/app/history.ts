import type { ActionResult } from '../../preload/schemas.ts'
import { UserError } from '../base/errors.ts'
import { redo, titles, undo } from './marks.ts'
import type { Workspace } from './workspace.ts'

/**
 * Undoes, or does again, until this action is the latest that is in effect. Each step is whole by itself: one that fails leaves
 * those before it.
 * @throws UserError `history-elsewhere`
 */
export async function goTo(workspace: Workspace, id: number): Promise<ActionResult & { steps: number }> {
  const { history } = workspace.project
  const way = history.wayTo(id)
  if (!way) {
    throw new UserError(
      'history-elsewhere',
      'There is no way there any more: something else was done after it was undone.',
      'Undo what was done since, or mark it anew.',
    )
  }
  const step = way.kind === 'undo' ? undo : redo
  let last: ActionResult | null = null
  let changed = 0
  for (let done = 0; done < way.steps; done++) {
    // Something may have been done meanwhile, by somebody else who looks at this project.
    if (history.wayTo(id)?.kind !== way.kind) break
    last = await step(workspace)
    changed += last?.changed ?? 0
  }
  const title = last?.title ?? ''
  return { changed, title, firstImageId: last?.firstImageId ?? null, ...titles(workspace), steps: way.steps }
}
