import type { Cooccurrence, Mistake, ModelCurves, ModelReport } from '../../../contract/models.ts'
import { Slices } from '../../base/slices.ts'
import type { Model } from '../../domain/model.ts'
import { type Known, otherSide, State, sideOf } from '../../domain/state.ts'
import type { LabelPairs, PairTable } from '../../pairs/pairTable.ts'
import { countCooccurrence } from '../../suggestions/cooccurrence.ts'
import { type ReliabilityBin, Tally } from '../../suggestions/curves.ts'
import { confidenceOf, likelyFrom, suggestionOf } from '../../suggestions/scores.ts'
import { minKnown } from '../../training/measure/heldOut.ts'
import { averagePrecision, meanOf } from '../../training/measure/metrics.ts'
import { versionOf } from '../images/rows.ts'
import { modelBefore, modelOf } from '../project/summary.ts'
import type { ReadableWorkspace } from '../workspace.ts'

/** Labels in the co-occurrence matrix: a larger one can't be read. */
const mostCompared = 40

/**
 * The quality of a model for each label, and that of its predecessor on the same pairs. The held-out metrics stored at training
 * (`heldOutMetrics`) are shown unchanged. Only a model without any, such as an imported one, is measured here, on the labels known
 * now.
 * @throws UserError `model-unknown`, `model-unusable`
 */
export async function modelReport(workspace: ReadableWorkspace, id: number): Promise<ModelReport> {
  const slices = new Slices()
  const { suggestions } = workspace
  const { model, pairs: after } = await suggestions.ofModel(id)
  const versionBefore = comparedWith(workspace, model)
  const common = versionBefore && new CommonPairs((await suggestions.ofModel(versionBefore.id)).pairs, after)
  const all = new Tally()
  const { mAP: kept, labels: measuredThen } = modelOf(workspace, model)
  const keptOf = new Map(measuredThen.map((one) => [one.labelId, one]))
  const labels: ModelReport['labels'] = []
  for (const { id: labelId, presentCount, absentCount } of workspace.project.labels.list()) {
    const pairs = after.ofLabel(labelId)
    const then = keptOf.get(labelId)
    all.addAll(pairs.probabilities, pairs.states)
    await slices.pause()
    const ap = precisionOf(pairs)
    await slices.pause()
    labels.push({
      labelId,
      learnt: after.knows(labelId),
      ...(then ? { present: then.present, absent: then.absent } : countsOf(pairs.states)),
      known: { present: presentCount, absent: absentCount },
      averagePrecision: then ? then.averagePrecision.blend : ap,
      change: ap === null || !common ? null : await changeOf(common, labelId, pairs, ap, slices),
      mistakes: {
        present: mistakenPlaces(pairs, State.present).length,
        absent: mistakenPlaces(pairs, State.absent).length,
      },
    })
    await slices.pause()
  }
  return {
    id,
    before: versionBefore ? { id: versionBefore.id, createdAt: versionBefore.createdAt } : null,
    least: minKnown,
    ...{ present: all.present, absent: all.absent },
    mAP: kept ? kept.blend : measured(meanOf(labels.map((label) => label.averagePrecision ?? Number.NaN))),
    calibrationError: measured(all.calibrationError()),
    labels,
  }
}

/** The model in use when this one was trained; if that one is lost, the newest usable one before. */
function comparedWith(workspace: ReadableWorkspace, model: Model): Model | undefined {
  const { models } = workspace.project
  const suggested = modelBefore(model)
  const earlier = models.list().filter((one) => one.createdAt < model.createdAt)
  const inOrder = [...earlier.filter((one) => one.id === suggested), ...earlier]
  return inOrder.find((one) => workspace.suggestions.isUsable(one))
}

/** Pairs that both this model and its predecessor have probabilities for. */
class CommonPairs {
  readonly #before: PairTable
  /** The predecessor's row for each row of this model's table; -1 if it has none. */
  readonly #rows: Int32Array

  constructor(before: PairTable, after: PairTable) {
    this.#before = before
    this.#rows = after.imageIds.map((id) => before.rowOf(id))
  }

  /** Those of the given pairs that the predecessor has a probability for too. */
  ofLabel(labelId: number, { rows, states, probabilities }: LabelPairs) {
    const probabilityAt = this.#before.valuesOf(labelId)
    const common = new Int8Array(rows.length)
    const [before, after] = [new Float32Array(rows.length), new Float32Array(rows.length)]
    let count = 0
    for (let i = 0; i < rows.length; i++) {
      const probability = probabilityAt(this.#rows[rows[i]])
      if (Number.isNaN(probability)) continue
      common[count] = states[i]
      before[count] = probability
      after[count++] = probabilities[i]
    }
    return { states: common.subarray(0, count), before: before.subarray(0, count), after: after.subarray(0, count) }
  }
}

/** @param ap of all the pairs */
async function changeOf(common: CommonPairs, labelId: number, pairs: LabelPairs, ap: number, slices: Slices) {
  const { states, before, after } = common.ofLabel(labelId, pairs)
  await slices.pause()
  const was = precisionOf({ states, probabilities: before })
  await slices.pause()
  const is = states.length === pairs.states.length ? ap : precisionOf({ states, probabilities: after })
  return was === null || is === null ? null : { before: was, after: is }
}

/**
 * The curves of one label, or of all together.
 * @throws UserError `model-unknown`, `model-unusable`
 */
export async function modelCurves(
  workspace: ReadableWorkspace,
  id: number,
  labelId: number | null,
): Promise<ModelCurves> {
  const slices = new Slices()
  const { pairs } = await workspace.suggestions.ofModel(id)
  const tally = new Tally()
  const labelIds = labelId === null ? workspace.project.labels.list().map((label) => label.id) : [labelId]
  let ap: number | null = null
  for (const one of labelIds) {
    const { states, probabilities, undecided } = pairs.ofLabel(one)
    tally.addAll(probabilities, states)
    await slices.pause()
    tally.addAll(undecided)
    await slices.pause()
    if (labelId !== null) ap = precisionOf({ states, probabilities })
  }
  const { present, absent, undecided } = tally
  const isMeasured = present >= minKnown && absent >= minKnown
  const { precision, recall, undecided: forward } = tally.thresholds()
  return {
    ...{ present, absent, undecided, least: minKnown, averagePrecision: ap },
    calibrationError: isMeasured ? tally.calibrationError() : null,
    reliability: isMeasured ? tally.reliability().map(binOf) : null,
    thresholds: isMeasured
      ? {
          precision: Array.from(precision, measured),
          recall: [...recall],
          undecided: [...forward],
        }
      : null,
  }
}

/** How often the most common labels occur together, among known pairs. */
export async function cooccurrenceOfKnown({ project }: ReadableWorkspace): Promise<Cooccurrence> {
  const matrix = await project.states.matrix()
  const labels = project.labels.list()
  const commonest = labels
    .filter(({ presentCount }) => presentCount > 0)
    .sort((a, b) => b.presentCount - a.presentCount)
    .slice(0, mostCompared)
  const chosen = labels.filter((label) => commonest.includes(label)).map(({ id }) => id)
  const columns = chosen.map((labelId) => matrix.columnOf(labelId))
  const { known, both, first } = await countCooccurrence(matrix.states, matrix.columns, columns)
  return { labelIds: chosen, labels: labels.length, known: [...known], both: [...both], first: [...first] }
}

/**
 * Known pairs of a label that the model confidently contradicts: mistakes, either of the model or of whoever marked them. The
 * most confident first.
 * @throws UserError `model-unknown`, `model-unusable`
 */
export async function mistakesOfModel(
  workspace: ReadableWorkspace,
  { id, labelId, limit }: { id: number; labelId: number; limit: number },
): Promise<Mistake[]> {
  const { pairs: table } = await workspace.suggestions.ofModel(id)
  const pairs = table.ofLabel(labelId)
  const places = [...mistakenPlaces(pairs, State.present), ...mistakenPlaces(pairs, State.absent)]
  const found = places
    .map((i) => ({
      imageId: table.imageIds[pairs.rows[i]],
      state: pairs.states[i] as Known,
      probability: pairs.probabilities[i],
    }))
    .sort((a, b) => confidenceOf(b.probability) - confidenceOf(a.probability) || a.imageId - b.imageId)
    .slice(0, limit)
  const images = new Map(
    workspace.project.images.many(found.map(({ imageId }) => imageId)).map((image) => [image.id, image]),
  )
  return found.flatMap((one) => {
    const image = images.get(one.imageId)
    return image ? [{ ...one, path: image.path, version: versionOf(image) }] : []
  })
}

function mistakenPlaces({ states, probabilities }: LabelPairs, state: Known): number[] {
  const opposite = otherSide(sideOf(state))
  const places: number[] = []
  probabilities.forEach((p, i) => {
    if (states[i] === state && confidenceOf(p) >= likelyFrom && suggestionOf(p) === opposite) places.push(i)
  })
  return places
}

/** Null if too few are known. */
function precisionOf({ states, probabilities }: Pick<LabelPairs, 'states' | 'probabilities'>): number | null {
  const { present, absent } = countsOf(states)
  return present < minKnown || absent < minKnown ? null : averagePrecision(probabilities, states)
}

function countsOf(states: Int8Array): { present: number; absent: number } {
  let present = 0
  for (const state of states) if (state === State.present) present++
  return { present, absent: states.length - present }
}

function binOf({ predicted, observed, ...bin }: ReliabilityBin) {
  return { ...bin, predicted: measured(predicted), observed: measured(observed) }
}

/** JSON knows no NaN. */
function measured(value: number): number | null {
  return Number.isNaN(value) ? null : value
}
