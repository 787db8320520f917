import { UserError } from '../../base/errors.ts'
import { type Side, State, sideOf } from '../../domain/state.ts'
import { Usefulness } from '../../pairs/usefulness.ts'
import type { ReadableProject } from '../../project/readable.ts'
import { auditShare, type Estimate, randomOrder, wilsonEstimate } from '../../suggestions/audit.ts'
import type { Gains } from '../../suggestions/gains.ts'
import { confidenceOf, likelyFrom, type ScoreTable, suggestionOf } from '../../suggestions/scores.ts'
import type { ReadableWorkspace } from '../workspace.ts'

/** An undecided pair to ask about. */
export interface Question {
  image: string
  label: string
  /** That the label is present. */
  probability: number
  /** Expected gain of knowing the answer. Audit pairs are chosen regardless of it. */
  gain: number
  /** `audit`: drawn at random from the likely suggestions, to measure how many are right. */
  why: 'gain' | 'audit'
}

export interface Questions {
  questions: Question[]
  /** The share of likely suggestions that are right, estimated from the audit pairs decided since training. */
  audit: Record<Side, Estimate>
}

/**
 * The (image, label) pairs most worth marking next, among readable images. A tenth of them are audit pairs.
 * @throws UserError `no-suggestions`, `order-missing`
 */
export async function questionsOf({ project, suggestions }: ReadableWorkspace, count: number): Promise<Questions> {
  const scores = await suggestions.current()
  if (!scores) {
    throw new UserError('no-suggestions', 'There are no suggestions yet.', 'Fine-tune first (surmise train).')
  }
  const gains = await suggestions.gains()
  if (!gains) {
    throw new UserError(
      'order-missing',
      'The next question isn’t known: this model was trained without an order, or its cache folder is gone.',
      'Fine-tune again (surmise train).',
    )
  }
  const { table, model } = scores
  const matrix = await project.states.matrix()
  const names = new Map(project.labels.list().map(({ id, name }) => [id, name]))
  const paths = readablePaths(project)
  const passes = (imageId: number, labelId: number): boolean => paths.has(imageId) && names.has(labelId)
  const audit = (side: Side): Audit =>
    auditOf(gains, table, {
      ...{ side, seed: model.id, wanted: Math.round((count * auditShare) / 2), passes },
      stateOf: (imageId, labelId) => matrix.get(imageId, labelId),
    })
  const [present, absent] = [audit('present'), audit('absent')]
  const audited = [...present.asked, ...absent.asked]
  const isAudited = new Set(audited)
  const byGain = new Usefulness(gains, matrix).pairs(count, (imageId) => paths.has(imageId))
  const places = byGain.filter((at) => !isAudited.has(at)).slice(0, count - audited.length)
  const question = (at: number, why: Question['why']): Question => {
    const [imageId, labelId] = pairAt(gains, at)
    const probability = table.probability(imageId, labelId)
    return { image: paths.get(imageId)!, label: names.get(labelId)!, probability, gain: gains.gains[at], why }
  }
  return {
    questions: [...places.map((at) => question(at, 'gain')), ...audited.map((at) => question(at, 'audit'))],
    audit: { present: present.estimate, absent: absent.estimate },
  }
}

function readablePaths(project: ReadableProject): Map<number, string> {
  const paths = new Map<number, string>()
  for (const { id, path, status } of project.images.known()) if (status === 'ok') paths.set(id, path)
  return paths
}

/** The image and label at a position in the table. */
function pairAt({ imageIds, labelIds }: Gains, at: number): [imageId: number, labelId: number] {
  return [imageIds[at % imageIds.length], labelIds[Math.floor(at / imageIds.length)]]
}

interface Audit {
  estimate: Estimate
  /** Positions of pairs still to be asked. */
  asked: number[]
}

interface AuditRequest {
  side: Side
  seed: number
  wanted: number
  passes(imageId: number, labelId: number): boolean
  stateOf(imageId: number, labelId: number): State
}

/** The most pairs to search for likely suggestions, which limits the time to about a second. */
const mostLooked = 1_000_000

/**
 * Walks one side's likely suggestions, among pairs that were unknown at training, in the model's own random order. The decided
 * ones at the beginning are the answers: a random sample, whatever else was marked. The undecided ones after them are next to be
 * asked.
 */
function auditOf(gains: Gains, table: ScoreTable, { side, seed, wanted, passes, stateOf }: AuditRequest): Audit {
  const asked: number[] = []
  let [right, count, looked] = [0, 0, 0]
  let isOpen = false
  for (const at of randomOrder(gains.gains.length, seed)) {
    if (looked++ === mostLooked || (isOpen && asked.length >= wanted)) break
    if (Number.isNaN(gains.gains[at])) continue
    const [imageId, labelId] = pairAt(gains, at)
    const probability = table.probability(imageId, labelId)
    if (suggestionOf(probability) !== side || confidenceOf(probability) < likelyFrom) continue
    if (!passes(imageId, labelId)) continue
    const state = stateOf(imageId, labelId)
    if (state === State.unknown) {
      isOpen = true
      if (asked.length < wanted) asked.push(at)
    } else if (!isOpen) {
      // A pair decided after an open one may have been marked for another reason.
      count++
      if (sideOf(state) === side) right++
    }
  }
  return { estimate: wilsonEstimate(right, count), asked }
}
