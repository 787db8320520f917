import type { ActionResult } from '../../../contract/schemas.ts'
import { UserError } from '../../base/errors.ts'
import { otherSide, type Side, stateOf } from '../../domain/state.ts'
import { withoutUnseen } from '../images/unseen.ts'
import { titles, writeMarks } from '../marks/marks.ts'
import type { Workspace } from '../workspace.ts'

export interface SettledMistake {
  imageId: number
  labelId: number
  /** What the model suggested, contrary to the mark, when the person saw it. */
  suggestion: Side
  /** Whether to follow the model; otherwise the mark stays, as the person's own decision. */
  take: boolean
}

/**
 * Settles a likely mistake. Either way the mark records which model it answers, so nobody is asked again until another model
 * disagrees. Label parents and groups imply the same as for any other mark. A pair that was cleared meanwhile stays unknown.
 * @throws UserError `no-suggestion`, `image-unseen`, and those of the project
 */
export async function settleMistake(
  workspace: Workspace,
  decision: SettledMistake,
  sentAs?: string,
): Promise<ActionResult> {
  const { project, suggestions } = workspace
  const { imageId, labelId, suggestion, take } = decision
  const scores = await suggestions.current()
  const score = scores?.table.probability(imageId, labelId) ?? Number.NaN
  if (!scores || Number.isNaN(score)) {
    throw new UserError('no-suggestion', 'The model no longer has a prediction for this label.', 'Mark it yourself.')
  }
  const isKnown = project.states.ofImage(imageId).some((state) => state.labelId === labelId)
  const decided = take ? suggestion : otherSide(suggestion)
  const verb = take ? 'Correct' : 'Keep'
  const title = `${verb} “${project.labels.get(labelId)?.name ?? ''}” ${decided}`
  const change = {
    ...{ imageId, labelId, score, modelId: scores.model.id },
    state: stateOf(decided),
    source: take ? ('accepted_suggestion' as const) : ('human' as const),
  }
  if (!isKnown) return { changed: 0, title, firstImageId: null, ...titles(workspace) }
  const { seen } = withoutUnseen(project, [change])
  return writeMarks(workspace, seen, title, sentAs)
}
