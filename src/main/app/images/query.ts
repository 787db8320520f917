import type { ImageFilter, ImageSort } from '../../../contract/schemas.ts'
import type { LabelCondition, ImageSort as SortInFile } from '../../project/images/filter.ts'
import type { Decisions } from '../../project/states/decisions.ts'
import type { StateMatrix } from '../../project/states/stateMatrix.ts'
import { placeInAudit } from '../../suggestions/audit.ts'
import type { Gains } from '../../suggestions/gains.ts'
import { likelyFrom } from '../../suggestions/scores.ts'
import { mistakesOfImages } from '../mistakes/mistakes.ts'
import type { CurrentScores } from '../suggestions/suggestions.ts'
import type { ReadableWorkspace } from '../workspace.ts'
import type { Confidence } from './confidence.ts'
import { decidedImages } from './decided.ts'
import { Usefulness } from './usefulness.ts'

type Passes = (imageId: number) => boolean

/**
 * The ids of all images that pass, in order. What the file can tell quickly, SQLite filters and sorts; who decided what, and what
 * a model says, is looked up in memory.
 */
export async function queryImages(
  workspace: ReadableWorkspace,
  filter: ImageFilter,
  sort: ImageSort,
): Promise<Int32Array> {
  const sources = await openSources(workspace, filter, sort)
  // From here on nothing waits: all of it is of one moment.
  const { text, known, status, folder, action } = filter
  const labels = (filter.labels ?? []).filter((one): one is LabelCondition => one.is !== 'suggested')
  let found = workspace.project.images.ids({ text, known, status, folder, action, labels }, sortInFile(sort))
  if (filter.disputed) {
    const disputed = workspace.project.disputes.images()
    found = found.filter((id) => disputed.has(id))
  }
  for (const passes of conditions(sources, filter)) found = found.filter(passes)
  const numberOf = valuesOf(sources, filter, sort)
  return numberOf ? sorted(found, numberOf, sort.descending ?? true) : found
}

/** What a query is answered from; that which it does not need is not read. */
interface Sources {
  decisions: Decisions | undefined
  scores: CurrentScores | undefined
  confidence: Confidence | undefined
  gains: { gains: Gains; matrix: StateMatrix } | undefined
}

const sortsByModel: readonly ImageSort['by'][] = ['confidence', 'usefulness', 'uncertain', 'mistakes', 'audit']

async function openSources(
  { project, suggestions }: ReadableWorkspace,
  filter: ImageFilter,
  sort: ImageSort,
): Promise<Sources> {
  const byModel =
    (sortsByModel.includes(sort.by) && sort.by !== 'usefulness') ||
    filter.suggested !== undefined ||
    (filter.probability?.length ?? 0) > 0 ||
    filter.labels?.some(({ is }) => is === 'suggested')
  const scores = byModel ? await suggestions.current() : undefined
  const confidence = scores && (await suggestions.confidence(scores))
  const gains = sort.by === 'usefulness' ? await suggestions.gains() : undefined
  const matrix = gains && (await project.states.matrix())
  // Last: it holds for as long as nothing waits.
  const needsDecisions = filter.decided !== undefined || (scores && sort.by === 'mistakes')
  const decisions = needsDecisions ? await project.states.decisions() : undefined
  return { decisions, scores, confidence, gains: gains && matrix && { gains, matrix } }
}

function conditions({ decisions, scores, confidence }: Sources, filter: ImageFilter): Passes[] {
  const passes: Passes[] = []
  if (filter.decided && decisions) passes.push(decidedImages(decisions, filter.decided, filter.labels))
  const suggested = (filter.labels ?? []).filter(({ is }) => is === 'suggested')
  const ranges = filter.probability ?? []
  if (!scores || !confidence) {
    // Nobody suggests anything.
    if (filter.suggested || suggested.length > 0 || ranges.length > 0) passes.push(() => false)
    return passes
  }
  for (const { labelId } of suggested) {
    const confidences = confidence.of(labelId)
    passes.push((id) => confidence.at(confidences, id) >= likelyFrom)
  }
  if (filter.suggested !== undefined) {
    const confidences = confidence.of()
    passes.push((id) => confidence.at(confidences, id) >= likelyFrom === filter.suggested)
  }
  const { table } = scores
  for (const { labelId, from, to } of ranges) {
    const column = table.columnOf(labelId)
    // As single precision rounds them: 0.9 is within 0.9 … 1. NaN compares false: the model says nothing.
    const [low, high] = [Math.fround(from), Math.fround(to)]
    passes.push((id) => {
      const p = table.at(table.rowOf(id), column)
      return p >= low && p <= high
    })
  }
  return passes
}

/** What images are sorted by, from 0; undefined where the file's own order holds. */
function valuesOf(
  { decisions, scores, confidence, gains }: Sources,
  filter: ImageFilter,
  sort: ImageSort,
): ((imageId: number) => number) | undefined {
  // Of a label that is known in all these images there is nothing to decide: the others say which come first.
  const isOpen = ({ is }: { is: string }): boolean => is === 'unknown' || is === 'suggested'
  const labelId = filter.labels?.find(isOpen)?.labelId ?? filter.probability?.[0]?.labelId
  if (sort.by === 'usefulness') return gains && new Usefulness(gains.gains, gains.matrix).ofImages(labelId)
  if (!scores || !confidence) return undefined
  switch (sort.by) {
    case 'confidence': {
      const confidences = confidence.of(labelId)
      return (id) => confidence.at(confidences, id)
    }
    case 'uncertain': {
      const uncertainties = confidence.uncertainties(labelId)
      return (id) => confidence.at(uncertainties, id)
    }
    case 'mistakes':
      return decisions && mistakesOfImages(decisions, scores, labelId ?? filter.labels?.[0]?.labelId)
    case 'audit': {
      const seed = sort.seed ?? scores.model.id
      const confidences = confidence.of(labelId)
      return (id) => (confidence.at(confidences, id) >= likelyFrom ? placeInAudit(id, seed) : 0)
    }
    default:
      return undefined
  }
}

function sortInFile({ by, descending }: ImageSort): SortInFile {
  const isOfFile = (one: ImageSort['by']): one is SortInFile['by'] => !sortsByModel.includes(one)
  return isOfFile(by) ? { by, descending } : { by: 'path' }
}

/** Room for the places of two million images beside the key, in the 53 whole bits of a number. */
const placesEnd = 2 ** 21

/** By numbers that are not negative; of equal ones the images stay in the order they came in. */
function sorted(ids: Int32Array, numberOf: (id: number) => number, largestFirst: boolean): Int32Array {
  const values = Float32Array.from(ids, numberOf)
  // The bits of floats that are not negative rise with them. Numbers alone are sorted several times as fast as by a function.
  const bits = new Uint32Array(values.buffer)
  const keys = Float64Array.from(bits, (key, place) => (largestFirst ? 0x7fffffff - key : key) * placesEnd + place)
  return Int32Array.from(keys.sort(), (key) => ids[key % placesEnd])
}
