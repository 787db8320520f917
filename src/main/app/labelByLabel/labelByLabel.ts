import type { ActionResult, ImageFilter, LabelByLabelList, LabelByLabelOrder } from '../../../contract/schemas.ts'
import { type Known, State, sideOf } from '../../domain/state.ts'
import { findImages } from '../../pairs/query.ts'
import type { StateChange } from '../../project/types.ts'
import { suggestionOf } from '../../suggestions/scores.ts'
import { withoutUnseen } from '../images/unseen.ts'
import { writeMarks } from '../marks/marks.ts'
import type { ReadableWorkspace, Workspace } from '../workspace.ts'

interface Asked {
  labelId: number
  order: LabelByLabelOrder
  /** Only images that pass; its conditions on this label are ignored. */
  filter: ImageFilter
  limit: number
}

/**
 * The readable images in which a label is undecided, in the chosen order. Images without a score come last, by path.
 */
export async function labelByLabelList(
  workspace: ReadableWorkspace,
  { labelId, order, filter, limit }: Asked,
): Promise<LabelByLabelList> {
  const others = (filter.labels ?? []).filter((one) => one.labelId !== labelId)
  const undecided: ImageFilter = {
    ...filter,
    labels: [...others, { labelId, is: 'unknown' }],
    status: ['ok'],
    known: undefined,
    decided: undefined,
    suggested: undefined,
  }
  const sort = { by: 'label', labelId, towards: order } as const
  const { ids, total, scores } = await findImages(workspace, { filter: undecided, sort, page: { count: limit } })
  const probabilities = Array.from(ids, (id) => scores?.table.probability(id, labelId) ?? Number.NaN)
  return {
    ids: [...ids],
    probabilities: probabilities.map((p) => (Number.isNaN(p) ? null : p)),
    left: total,
    modelId: scores?.model.id ?? null,
  }
}

/**
 * Decides a page of images for one label, as one action. Where that agrees with the model, it counts as an accepted suggestion; the
 * rest is the person's own decision. What was decided elsewhere meanwhile stays.
 */
export async function confirmLabelByLabel(
  workspace: Workspace,
  { labelId, present, absent }: { labelId: number; present: readonly number[]; absent: readonly number[] },
  sentAs?: string,
): Promise<ActionResult> {
  const scores = await workspace.suggestions.current()
  const matrix = await workspace.project.states.matrix()
  const changeOf = (imageId: number, state: Known): StateChange => {
    const score = scores?.table.probability(imageId, labelId) ?? Number.NaN
    if (!scores || Number.isNaN(score)) return { imageId, labelId, state, source: 'human' }
    const agrees = suggestionOf(score) === sideOf(state)
    const source = agrees ? 'accepted_suggestion' : 'human'
    return { imageId, labelId, state, source, modelId: scores.model.id, score }
  }
  const changes = [
    ...present.map((imageId) => changeOf(imageId, 1)),
    ...absent.map((imageId) => changeOf(imageId, -1)),
  ].filter(({ imageId }) => matrix.get(imageId, labelId) === 0)
  const { seen, unseen } = withoutUnseen(workspace.project, changes)
  const states = seen.map(({ state }) => state)
  const [yes, no] = [
    states.filter((state) => state === State.present).length,
    states.filter((state) => state === State.absent).length,
  ]
  const name = workspace.project.labels.get(labelId)?.name ?? ''
  const title = `Label by label, “${name}”: ${yes} present, ${no} absent`
  return { ...(await writeMarks(workspace, seen, title, sentAs)), unseen }
}
