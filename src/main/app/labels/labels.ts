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
 * Changes a label. What then follows from what is known, by its parent and its group, is filled in where nothing is known yet.
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
      // These are what follows.
      return writeStatesWithin(edit, gaps, 'leave')
    })
  }
  return { ...labelsOf(workspace).find((label) => label.id === id)!, filled }
}

/** What a merge would do: of the marks of the one label, how many the other takes over, and how many say the opposite of its own. */
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
 * One label for two: the marks of the first go to the second where that has none of its own, with what follows from them there, and
 * it goes. One action.
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

/** How the labels are to each other once the one is merged into the other (`adoptChildren`). */
function relationsOfMerged({ project }: Workspace, id: number, intoId: number): Relations {
  const labels = project.labels.list()
  const above = labels.find((one) => one.id === id)?.parentId ?? null
  const parentOf = (one: { id: number; parentId: number | null }): number | null =>
    one.parentId !== id ? one.parentId : one.id === intoId ? above : intoId
  return new Relations(labels.filter((one) => one.id !== id).map((one) => ({ ...one, parentId: parentOf(one) })))
}

/** The parts of what is merged become parts of what it is merged into, but for that one itself. */
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
 * A new label for some of the images of one: there it is present, and what it was split from is open again; where that is absent, so
 * is the new one. What follows from the new one is filled in. One action.
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
