import type { ActionResult, Sent, StateChange } from '../../../contract/schemas.ts'
import { UserError } from '../../base/errors.ts'
import { type Known, otherSide, type Side, State, sideOf, stateOf } from '../../domain/state.ts'
import { statesIn } from '../../pairs/suggestions.ts'
import type { Replayed } from '../../project/states/history.ts'
import type { StateChange as NewState } from '../../project/types.ts'
import { suggestionOf } from '../../suggestions/scores.ts'
import { withoutUnseen } from '../images/unseen.ts'
import type { Workspace } from '../workspace.ts'
import { manyChanges, writeStates } from './writeStates.ts'

interface Decided {
  imageId: number
  labelId: number
  /** The suggestion that was shown. @default the current one */
  suggestion?: Side
}

/** A decision on suggestions. */
interface Decision {
  verb: 'Accept' | 'Reject'
  source: NewState['source']
  decision: (suggestion: Side) => Known
  sentAs: string | undefined
}

/** Sets or clears states: one action. @throws UserError `image-unseen`, and those of the project */
export async function setMarks(
  workspace: Workspace,
  changes: readonly StateChange[],
  sentAs?: string,
): Promise<ActionResult> {
  // People may know a single label of an unseen image from elsewhere: its file name, or another copy.
  const { seen, unseen } =
    changes.length === 1 ? { seen: changes, unseen: 0 } : withoutUnseen(workspace.project, changes)
  if (seen.length > manyChanges) await workspace.backups.beforeAction()
  return { ...(await writeMarks(workspace, seen, markTitle(workspace, seen), sentAs)), unseen }
}

/** Accepts suggestions; pairs that were decided meanwhile are left alone. @throws UserError `no-suggestion` */
export function acceptSuggestions(
  workspace: Workspace,
  pairs: readonly Decided[],
  sentAs?: string,
): Promise<ActionResult> {
  return decide(workspace, pairs, { verb: 'Accept', source: 'accepted_suggestion', decision: stateOf, sentAs })
}

/** Rejects suggestions: marks the opposite as the person's own decision, with the suggestion on record. */
export function rejectSuggestions(
  workspace: Workspace,
  pairs: readonly Decided[],
  sentAs?: string,
): Promise<ActionResult> {
  const decision = (suggestion: Side) => stateOf(otherSide(suggestion))
  return decide(workspace, pairs, { verb: 'Reject', source: 'human', decision, sentAs })
}

/** Undoes the latest action. @returns what changed; null if there is nothing to undo */
export async function undo(workspace: Workspace, sentAs?: string): Promise<ActionResult | null> {
  return replayed(workspace, await workspace.project.history.undo({ sentAs }))
}

/** Redoes the action that was undone last. @returns what changed; null if there is nothing to redo */
export async function redo(workspace: Workspace, sentAs?: string): Promise<ActionResult | null> {
  return replayed(workspace, await workspace.project.history.redo({ sentAs }))
}

/**
 * Does what a page has sent exactly once: if the page sends it again because it got no response, it gets the earlier outcome. Nothing
 * is done if it was meant for another project.
 * @throws UserError `project-changed`, and what `work` throws
 */
export async function once<Result extends ActionResult | null>(
  workspace: Workspace,
  sent: Sent | undefined,
  work: (sentAs: string | undefined) => Promise<Result>,
): Promise<Result | ActionResult> {
  const { project } = workspace
  if (!sent) return work(undefined)
  if (sent.project !== project.uuid) {
    throw new UserError('project-changed', 'A different project is open now.', 'Open the project this was meant for.')
  }
  const done = project.history.sent(sent.id)
  if (done) return { changed: 0, title: done.title, firstImageId: null, ...titles(workspace) }
  return work(sent.id)
}

function replayed(workspace: Workspace, result: Replayed | null): ActionResult | null {
  if (!result) return null
  const { title, stateChanges, labelChanges, firstImageId, firstLabelId } = result
  return { changed: stateChanges + labelChanges, title, firstImageId, firstLabelId, ...titles(workspace) }
}

async function decide(
  workspace: Workspace,
  pairs: readonly Decided[],
  { verb, source, decision, sentAs }: Decision,
): Promise<ActionResult> {
  if (pairs.length > manyChanges) await workspace.backups.beforeAction()
  const scores = await workspace.suggestions.current()
  const matrix = await workspace.project.states.matrix()
  // Marks that were just made in these images already count.
  for (const { imageId } of pairs) scores?.followed.follow(imageId, statesIn(matrix, imageId))
  const suggested = pairs.flatMap(({ imageId, labelId, suggestion: seen }) => {
    const probability = scores?.table.probability(imageId, labelId) ?? Number.NaN
    const suggestion = seen ?? suggestionOf(probability)
    return Number.isNaN(probability) ? [] : [{ imageId, labelId, probability, suggestion }]
  })
  if (!scores || suggested.length === 0) {
    throw new UserError(
      'no-suggestion',
      'There is no suggestion for this label.',
      'Fine-tune first, or mark it yourself.',
    )
  }
  const changes = suggested
    .filter(({ imageId, labelId }) => matrix.get(imageId, labelId) === 0)
    .map(({ imageId, labelId, probability, suggestion }) => ({
      ...{ imageId, labelId, modelId: scores.model.id, score: probability },
      state: decision(suggestion),
      source,
    }))
  const { seen, unseen } = withoutUnseen(workspace.project, changes)
  const judged = suggested.length - (changes.length - seen.length)
  const one = suggested.length === 1 ? suggested[0] : undefined
  const title = one
    ? `${verb} “${nameOf(workspace, one.labelId)}” ${one.suggestion}`
    : `${verb} ${judged} ${judged === 1 ? 'suggestion' : 'suggestions'}`
  return { ...(await writeMarks(workspace, seen, title, sentAs)), unseen }
}

/** Writes one action, with its consequences for parents and groups of labels. @throws UserError of the project */
export async function writeMarks(
  workspace: Workspace,
  changes: readonly NewState[],
  title: string,
  sentAs?: string,
): Promise<ActionResult> {
  const { project } = workspace
  const written = await writeStates(project, changes, { title, annotator: project.settings.get('annotator'), sentAs })
  return { ...written, firstImageId: written.changed > 0 ? changes[0].imageId : null, ...titles(workspace) }
}

function markTitle(workspace: Workspace, changes: readonly StateChange[]): string {
  const [first] = changes
  const same = changes.every(({ labelId, state }) => labelId === first.labelId && state === first.state)
  if (!same) return `Change ${changes.length} labels`
  const name = nameOf(workspace, first.labelId)
  const images = changes.length === 1 ? '' : ` in ${changes.length} images`
  if (first.state === State.unknown) return `Clear “${name}”${images}`
  return `Mark “${name}” ${sideOf(first.state)}${images}`
}

function nameOf({ project }: Workspace, labelId: number): string {
  return project.labels.get(labelId)?.name ?? ''
}

/** What the next undo and redo would do. */
export function titles({ project }: Workspace): Pick<ActionResult, 'undoTitle' | 'redoTitle'> {
  const { undoTitle, redoTitle } = project.history
  return { undoTitle, redoTitle }
}
