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
  /** Several people said the opposite of a label, and nobody has decided it since. */
  disputed?: true
  /** The probability that a label is present lies in this range, ends included. */
  probability?: readonly { labelId: LabelId; from: Probability; to: Probability }[]
  /** The labels that `labels` wants known are decided like this, each of them; without such, at least one label is. */
  decided?: { by?: readonly StateSource[]; who?: string; since?: string; until?: string }
}

export type ImageSort =
  | {
      /** The file's own orders, and those by what a model says (see the contract's `imageSort`). */
      by: StoredSort['by'] | 'confidence' | 'usefulness' | 'uncertain' | 'mistakes' | 'audit'
      descending?: boolean
      /** Of the random order. @default that of the current model */
      seed?: number
    }
  /** By what the model says of one label, the clearest of this kind first; what it says nothing of comes last, by path. */
  | { by: 'label'; labelId: LabelId; towards: 'present' | 'uncertain' | 'absent' }

export interface PairQuery {
  /** @default all images */
  filter?: ImageFilter
  /** @default by path */
  sort?: ImageSort
  /** So many of them, from this place on. @default all */
  page?: { from?: number; count: number }
}

export interface FoundImages {
  /** Of the page, in order. */
  ids: Int32Array
  /** How many there are on all pages. */
  total: number
  /** What their labels were looked up in, if a model suggests and the query asked for it. */
  scores: CurrentScores | undefined
}

/** What a project's images are found by. */
export interface PairSources {
  project: PairProject
  suggestions: Pick<Suggestions, 'current' | 'confidence' | 'gains'>
}

type Passes = (imageId: ImageId) => boolean

/**
 * The images that pass, in order. What the file can tell quickly, SQLite filters and sorts; who decided what, and what a model says,
 * is looked up in memory.
 */
export async function findImages(
  { project, suggestions }: PairSources,
  { filter = {}, sort = { by: 'path' }, page }: PairQuery = {},
): Promise<FoundImages> {
  const sources = await openSources(project, suggestions, filter, sort)
  // From here on nothing waits: all of it is of one moment.
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

/** What a query is answered from; that which it does not need is not read. */
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
  // Where images are only put in order by one label, what it is of each may be of the mark before.
  const confidence = scores && byModel ? await suggestions.confidence(scores) : undefined
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
  sort: Exclude<ImageSort, { by: 'label' }>,
): ((imageId: ImageId) => number) | undefined {
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

function sortInFile(sort: ImageSort): StoredSort {
  const { by } = sort
  if (by === 'label' || by === 'usefulness' || isByModel(by)) return { by: 'path' }
  return { by, descending: sort.descending }
}

/** Smallest first. */
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

/** Room for the places of two million images beside the key, in the 53 whole bits of a number. */
const placesEnd = 2 ** 21

/** By numbers that are not negative; of equal ones the images stay in the order they came in. */
function sorted(ids: Int32Array, numberOf: (id: ImageId) => number, largestFirst: boolean): Int32Array {
  const values = Float32Array.from(ids, numberOf)
  // The bits of floats that are not negative rise with them. Numbers alone are sorted several times as fast as by a function.
  const bits = new Uint32Array(values.buffer)
  const keys = Float64Array.from(bits, (key, place) => (largestFirst ? 0x7fffffff - key : key) * placesEnd + place)
  return Int32Array.from(keys.sort(), (key) => ids[key % placesEnd])
}
