import type { DecisionColumns, StateSource } from '../domain/decision.ts'
import type { LabelCondition, StoredFilter, StoredSort } from '../domain/imageFilter.ts'
import type { ProjectMatrix } from '../domain/labelMatrix.ts'
import type { ImageId, LabelId, Probability } from '../domain/quantities.ts'
import { placeInAudit } from '../suggestions/audit.ts'
import type { Gains } from '../suggestions/gains.ts'
import { likelyFrom } from '../suggestions/scores.ts'
import type { Confidence } from './confidence.ts'
import { decidedImages } from './decided.ts'
import { mistakesOfImages } from './mistakes.ts'
import type { PairProject } from './project.ts'
import type { CurrentScores, Suggestions } from './suggestions.ts'
import { Usefulness } from './usefulness.ts'

/** Which images: every condition that is given must hold. */
export interface ImageFilter extends Omit<StoredFilter, 'labels'> {
  /** `suggested`: unknown, and the model leans clearly towards one side. */
  labels?: readonly { labelId: LabelId; is: LabelCondition['is'] | 'suggested' }[]
  /** At least one likely suggestion that is not decided. */
  suggested?: boolean
  /** People disagree on a label, and nobody has settled it since. */
  disputed?: true
  /** The probability that a label is present lies in this range, ends included. */
  probability?: readonly { labelId: LabelId; from: Probability; to: Probability }[]
  /** All labels that `labels` wants known were decided in this way; if it names none, at least one label was. */
  decided?: { by?: readonly StateSource[]; who?: string; since?: string; until?: string }
}

export type ImageSort =
  | {
      /** The orders of the project file, and those that need a model (see the contract's `imageSort`). */
      by: StoredSort['by'] | 'confidence' | 'usefulness' | 'uncertain' | 'mistakes' | 'audit'
      descending?: boolean
      /** Seed of the random order. @default that of the current model */
      seed?: number
    }
  /** By the probability of one label, the clearest of this kind first. Images without a score come last, by path. */
  | { by: 'label'; labelId: LabelId; towards: 'present' | 'uncertain' | 'absent' }

export interface PairQuery {
  /** @default all images */
  filter?: ImageFilter
  /** @default by path */
  sort?: ImageSort
  /** `count` images from place `from`. @default all */
  page?: { from?: number; count: number }
}

export interface FoundImages {
  /** The page's images, in order. */
  ids: Int32Array
  /** The number of images on all pages. */
  total: number
  /** The scores that were used, if there is a current model and the query needed it. */
  scores: CurrentScores | undefined
}

/** What the search needs. */
export interface PairSources {
  project: PairProject
  suggestions: Pick<Suggestions, 'current' | 'confidence' | 'gains'>
}

type Passes = (imageId: ImageId) => boolean

/**
 * The images that pass, in order. SQLite filters and sorts by what the file can answer quickly; decisions and scores are looked up in
 * memory.
 */
export async function findImages(
  { project, suggestions }: PairSources,
  { filter = {}, sort = { by: 'path' }, page }: PairQuery = {},
): Promise<FoundImages> {
  const sources = await openSources(project, suggestions, filter, sort)
  // Nothing awaits from here on, so that everything is from the same moment.
  const { text, known, status, folder, action } = filter
  const labels = (filter.labels ?? []).filter((one): one is LabelCondition => one.is !== 'suggested')
  let found = project.images.ids({ text, known, status, folder, action, labels }, sortInFile(sort))
  if (filter.disputed) {
    const disputed = project.disputes.images()
    found = found.filter((id) => disputed.has(id))
  }
  for (const passes of conditions(sources, filter)) found = found.filter(passes)
  if (sort.by === 'label') found = sources.scores ? byLabel(found, sources.scores, sort) : found
  else {
    const numberOf = valuesOf(sources, filter, sort)
    if (numberOf) found = sorted(found, numberOf, sort.descending ?? true)
  }
  const from = page?.from ?? 0
  const ids = page ? found.slice(from, from + page.count) : found
  return { ids, total: found.length, scores: sources.scores }
}

/** The data a query is answered from; what it doesn't need isn't read. */
interface Sources {
  decisions: DecisionColumns | undefined
  scores: CurrentScores | undefined
  confidence: Confidence | undefined
  gains: { gains: Gains; matrix: ProjectMatrix } | undefined
}

const sortsByModel = ['confidence', 'uncertain', 'mistakes', 'audit'] as const
const isByModel = (by: string): by is (typeof sortsByModel)[number] => sortsByModel.some((one) => one === by)

async function openSources(
  project: PairProject,
  suggestions: Pick<Suggestions, 'current' | 'confidence' | 'gains'>,
  filter: ImageFilter,
  sort: ImageSort,
): Promise<Sources> {
  const byModel =
    isByModel(sort.by) ||
    filter.suggested !== undefined ||
    (filter.probability?.length ?? 0) > 0 ||
    filter.labels?.some(({ is }) => is === 'suggested')
  const scores = byModel || sort.by === 'label' ? await suggestions.current() : undefined
  // To sort by one label, scores may lag one mark behind.
  const confidence = scores && byModel ? await suggestions.confidence(scores) : undefined
  const gains = sort.by === 'usefulness' ? await suggestions.gains() : undefined
  const matrix = gains && (await project.states.matrix())
  // Last, because they are valid only until the next await.
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
    // Without a model, nothing is suggested.
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
    // Rounded to single precision, so that 0.9 is within 0.9 … 1. NaN (no score) compares false.
    const [low, high] = [Math.fround(from), Math.fround(to)]
    passes.push((id) => {
      const p = table.at(table.rowOf(id), column)
      return p >= low && p <= high
    })
  }
  return passes
}

/** The sort key of each image, from 0; undefined to keep the order of the file. */
function valuesOf(
  { decisions, scores, confidence, gains }: Sources,
  filter: ImageFilter,
  sort: Exclude<ImageSort, { by: 'label' }>,
): ((imageId: ImageId) => number) | undefined {
  // A label that is known in all these images leaves nothing to decide, so the other labels set the order.
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

function sortInFile(sort: ImageSort): StoredSort {
  const { by } = sort
  if (by === 'label' || by === 'usefulness' || isByModel(by)) return { by: 'path' }
  return { by, descending: sort.descending }
}

/** Sort keys, smallest first. */
const keys: Record<Extract<ImageSort, { by: 'label' }>['towards'], (probability: Probability) => number> = {
  present: (p) => -p,
  uncertain: (p) => Math.abs(p - 0.5),
  absent: (p) => p,
}

function byLabel(
  ids: Int32Array,
  { table }: CurrentScores,
  { labelId, towards }: Extract<ImageSort, { by: 'label' }>,
): Int32Array {
  const numbers = Float64Array.from(ids, (id) => keys[towards](table.probability(id, labelId)))
  const afterNone = (a: number, b: number): number =>
    Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : a - b
  const places = ids.map((_, place) => place)
  return places.sort((a, b) => afterNone(numbers[a], numbers[b]) || a - b).map((place) => ids[place])
}

/** Two million indices fit beside a 32-bit key in the 53 bits of an exact integer. */
const placesEnd = 2 ** 21

/** Stable sort by non-negative numbers. */
function sorted(ids: Int32Array, numberOf: (id: ImageId) => number, largestFirst: boolean): Int32Array {
  const values = Float32Array.from(ids, numberOf)
  // The bits of non-negative floats ascend with their values. Sorting plain numbers is several times faster than with a comparator.
  const bits = new Uint32Array(values.buffer)
  const keys = Float64Array.from(bits, (key, place) => (largestFirst ? 0x7fffffff - key : key) * placesEnd + place)
  return Int32Array.from(keys.sort(), (key) => ids[key % placesEnd])
}
