import type { Label, LabelPatch, MergePlan } from '../../../contract/schemas.ts'
import { UserError } from '../../base/errors.ts'
import type { KnownState } from '../../domain/decision.ts'
import { State } from '../../domain/state.ts'
import type { Edit } from '../../project/labels/edit.ts'
import { Relations, relatedAnew } from '../../project/labels/relations.ts'
import type { StateChange } from '../../project/types.ts'
import { writeStatesWithin } from '../marks/writeStates.ts'
import { labelsOf } from '../project/summary.ts'
import { counted } from '../words.ts'
import type { Workspace } from '../workspace.ts'

/**
 * Changes a label. The consequences of its new parent and group are filled in where nothing is known yet.
 * @returns the label, and how many states were filled in
 * @throws UserError as `Edit.updateLabel`
 */
export async function updateLabel(
  workspace: Workspace,
  id: number,
  patch: LabelPatch,
): Promise<Label & { filled: number }> {
  const { project } = workspace
  const before = project.labels.list()
  const relates = patch.parentId !== undefined || patch.group !== undefined || patch.exclusive !== undefined
  let filled = 0
  if (!relates || !before.some((label) => label.id === id)) project.labels.update(id, patch)
  else {
    const relations = new Relations(relatedAnew(before, id, patch))
    const gaps = relations.none ? [] : relations.gaps(await project.states.matrix())
    const name = before.find((label) => label.id === id)!.name
    const options = { title: `Change label “${name}”`, annotator: project.settings.get('annotator') }
    filled = await project.editLarge(options, async (edit) => {
      edit.updateLabel(id, patch)
      // The consequences.
      return writeStatesWithin(edit, gaps, 'leave')
    })
  }
  return { ...labelsOf(workspace).find((label) => label.id === id)!, filled }
}

/** What merging two labels would do: how many marks would move, and how many contradict those of the other label. */
export async function planMerge({ project }: Workspace, id: number, intoId: number): Promise<MergePlan> {
  const matrix = await project.states.matrix()
  const [from, into] = [livingColumn(matrix, id), livingColumn(matrix, intoId)]
  const plan = { moves: 0, agree: 0, conflicts: 0 }
  for (let at = 0; at < matrix.states.length; at += matrix.columns) {
    const [mine, theirs] = [matrix.states[at + from], matrix.states[at + into]]
    if (mine === 0) continue
    if (theirs === 0) plan.moves++
    else if (mine === theirs) plan.agree++
    else plan.conflicts++
  }
  return plan
}

/**
 * Merges a label into another: its marks move where the other has none, with their consequences, and it is removed. One action.
 * @throws UserError `label-removed`, `label-merge`
 */
export async function mergeLabels(workspace: Workspace, id: number, intoId: number): Promise<void> {
  const { project } = workspace
  if (id === intoId) throw new UserError('label-merge', 'A label can’t be merged into itself.', 'Choose another label.')
  await workspace.backups.beforeAction()
  const matrix = await project.states.matrix()
  livingColumn(matrix, id)
  const into = livingColumn(matrix, intoId)
  const [label, other] = [project.labels.get(id)!, project.labels.get(intoId)!]
  const moves = function* (): Generator<StateChange> {
    for (const [imageId, state] of knownOf(workspace, matrix, id)) {
      if (matrix.states[matrix.rowOf(imageId) * matrix.columns + into] === State.unknown)
        yield { ...state, imageId, labelId: intoId }
    }
  }
  await project.editLarge({ title: `Merge label “${label.name}” into “${other.name}”` }, async (edit) => {
    await writeStatesWithin(edit, moves(), { follow: relationsOfMerged(workspace, id, intoId), known: matrix })
    adoptChildren(workspace, edit, id, intoId)
    edit.updateLabel(intoId, { examples: [...other.examples, ...label.examples] })
    edit.removeLabel(id)
  })
}

/** The labels' relations after the merge (`adoptChildren`). */
function relationsOfMerged({ project }: Workspace, id: number, intoId: number): Relations {
  const labels = project.labels.list()
  const above = labels.find((one) => one.id === id)?.parentId ?? null
  const parentOf = (one: { id: number; parentId: number | null }): number | null =>
    one.parentId !== id ? one.parentId : one.id === intoId ? above : intoId
  return new Relations(labels.filter((one) => one.id !== id).map((one) => ({ ...one, parentId: parentOf(one) })))
}

/** The children of the merged label become children of the other one, except for the other one itself. */
function adoptChildren({ project }: Workspace, edit: Edit, id: number, intoId: number): void {
  const labels = project.labels.list()
  const into = labels.find((one) => one.id === intoId)!
  if (into.parentId === id) {
    edit.updateLabel(intoId, { parentId: labels.find((one) => one.id === id)!.parentId })
  }
  for (const child of labels) {
    if (child.parentId === id && child.id !== intoId) edit.updateLabel(child.id, { parentId: intoId })
  }
}

/**
 * Splits off a new label for some of a label's images: there, the new label is present and the old one unknown again. Where the old
 * one is absent, so is the new one. Consequences are filled in. One action.
 * @returns the new label, and how many images it has taken over
 * @throws UserError `label-split` if none of these images has the label; as `Edit.addLabel`
 */
export async function splitLabel(
  workspace: Workspace,
  { id, name, imageIds }: { id: number; name: string; imageIds: readonly number[] },
): Promise<Label & { images: number }> {
  const { project } = workspace
  const matrix = await project.states.matrix()
  livingColumn(matrix, id)
  const label = project.labels.get(id)!
  const chosen = new Set(imageIds.filter((imageId) => matrix.get(imageId, id) === 1))
  if (chosen.size === 0) {
    throw new UserError(
      'label-split',
      `“${label.name}” is present in none of these images.`,
      'Select some of its images first.',
    )
  }
  let newId = 0
  const title = `Split “${name.trim()}” from “${label.name}” in ${counted(chosen.size, 'image')}`
  await project.editLarge({ title, annotator: project.settings.get('annotator') }, async (edit) => {
    const { parentId, group } = label
    newId = edit.addLabel({ name, parentId, group })
    const moves = function* (): Generator<StateChange> {
      for (const [imageId, state] of knownOf(workspace, matrix, id)) {
        const isChosen = chosen.has(imageId)
        if (isChosen || state.state === State.absent) yield { ...state, imageId, labelId: newId }
        if (isChosen) yield { imageId, labelId: id, state: State.unknown }
      }
    }
    const relations = new Relations([...project.labels.list(), { ...label, id: newId }])
    await writeStatesWithin(edit, moves(), { follow: relations, known: matrix })
  })
  return { ...labelsOf(workspace).find((one) => one.id === newId)!, images: chosen.size }
}

type Matrix = Awaited<ReturnType<Workspace['project']['states']['matrix']>>

function* knownOf({ project }: Workspace, matrix: Matrix, labelId: number): Generator<[number, KnownState]> {
  for (const imageId of matrix.imageIds.slice()) {
    if (matrix.get(imageId, labelId) === 0) continue
    const state = project.states.ofImage(imageId).find((one) => one.labelId === labelId)
    if (state) yield [imageId, state]
  }
}

function livingColumn(matrix: Matrix, labelId: number): number {
  const column = matrix.columnOf(labelId)
  if (column >= 0) return column
  throw new UserError('label-removed', 'This label has been removed.', 'Choose another label.')
}
