import type { ActionResult } from '../../../contract/schemas.ts'
import { UserError } from '../../base/errors.ts'
import { otherSide, type Side, stateOf } from '../../domain/state.ts'
import { aboutSeen } from '../images/unseen.ts'
import { titles, writeMarks } from '../marks/marks.ts'
import type { Workspace } from '../workspace.ts'

export interface SettledMistake {
  imageId: number
  labelId: number
  /** What the model says against what is known, as it was seen. */
  suggestion: Side
  /** Whether to take it over; else what is known stays, as the person's own decision. */
  take: boolean
}

/**
 * Settles a likely mistake. Either way the state records which model was answered, so nobody is asked again until another model
 * disagrees. What follows from it by parents and groups of labels follows here too. What was cleared meanwhile stays
 * unknown.
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
  const { seen } = aboutSeen(project, [change])
  return writeMarks(workspace, seen, title, sentAs)
}
