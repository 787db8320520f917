import type { Backbone } from '../../backbone/backbone.ts'
import { findTextTower } from '../../backbone/text/textFiles.ts'
import { UserError } from '../../base/errors.ts'
import {
  crossFittedProbabilities,
  fitSuggester,
  forUnknown,
  type Sources,
  type Suggester,
} from '../../suggestions/suggester.ts'
import type { Device } from '../../tensor/run/session.ts'
import { minGain } from '../lastStage/tune.ts'
import { heldOutMeanAveragePrecision } from '../measure/heldOut.ts'
import { nameLogits, nameVectors } from './scores.ts'
import { unitWords } from './wordVectors.ts'

/** What a backbone's text encoder says about the labels. */
export interface NameEvidence {
  /** t_c, row-major [C, E] */
  vectors: Float32Array
  width: number
  /** How much images resemble the names (`nameLogits`), row-major [N, C]; independent of any marks. */
  logits: Float32Array
}

/**
 * Asks a backbone's text encoder, if it has one, about every label.
 * @param specification the backbone's name or path
 * @param read reads the pooled vectors of consecutive images, [n, D]
 * @returns undefined if the backbone has no text encoder; the reason if it can't be used, so that training continues without it
 * @throws the signal's reason when cancelled, and bugs
 */
export async function nameEvidence(
  specification: string,
  backbone: Backbone,
  labelNames: readonly string[],
  images: number,
  read: (first: number, end: number) => Promise<Float32Array>,
  { template, ...options }: { template?: string; device: Device; signal?: AbortSignal },
): Promise<NameEvidence | { problem: string } | undefined> {
  const tower = await findTextTower(specification)
  if (!tower) return undefined
  try {
    const names = await nameVectors(tower, labelNames, template)
    const logits = await nameLogits(backbone, tower, names, images, read, options)
    return { vectors: names.labels, width: names.width, logits }
  } catch (error) {
    const isTheirs = error instanceof UserError && /^(text-tower|names|template|model)-/.test(error.code)
    if (!isTheirs) throw error
    return { problem: error.message }
  }
}

/** The evidence for some of the labels. @param columns their indices */
export function evidenceOf({ vectors, width, logits }: NameEvidence, columns: readonly number[]): NameEvidence {
  const labels = vectors.length / width
  const images = logits.length / labels
  const some = new Float32Array(columns.length * width)
  columns.forEach((column, c) => {
    some.set(vectors.subarray(column * width, (column + 1) * width), c * width)
  })
  const own = Float32Array.from({ length: images * columns.length }, (_, at) => {
    const row = Math.floor(at / columns.length)
    return logits[row * labels + columns[at - row * columns.length]]
  })
  return { vectors: some, width, logits: own }
}

/**
 * Initial label vectors of a network: the names' vectors minus their mean, which makes up most of each.
 * @returns [C, size] row-major, unit variance per entry
 */
export function wordsOfNames({ vectors, width }: NameEvidence, size: number): Float32Array {
  const labels = vectors.length / width
  const shared = new Float32Array(width)
  if (labels > 2)
    vectors.forEach((value, i) => {
      shared[i % width] += value / labels
    })
  const apart = Array.from({ length: labels }, (_, c) =>
    vectors.slice(c * width, (c + 1) * width).map((value, e) => value - shared[e]),
  )
  return unitWords(apart, size)
}

/** The usual spread of a source's log odds. */
const usualSpread = 2

/**
 * Centres each label's z over all images, and scales it to the usual spread of a source: CLIP's offsets and scales differ from
 * label to label.
 */
function asLogOdds({ logits }: NameEvidence, labels: number): Float32Array {
  const result = new Float32Array(logits.length)
  const images = logits.length / labels
  for (let c = 0; c < labels; c++) {
    let [sum, squares] = [0, 0]
    for (let at = c; at < logits.length; at += labels) {
      sum += logits[at]
      squares += logits[at] ** 2
    }
    const mean = sum / images
    const spread = Math.sqrt(Math.max(0, squares / images - mean ** 2))
    for (let at = c; at < logits.length; at += labels) {
      result[at] = spread > 0 ? (usualSpread * (logits[at] - mean)) / spread : 0
    }
  }
  return result
}

interface Fitting {
  seed: number
  device: Device
  signal?: AbortSignal
}

interface Fitted<Some extends Sources> {
  sources: Some & { names?: Float32Array }
  suggester: Suggester
  /** For known entries, from fits that never saw them; N×C. */
  crossFitted: Float32Array
  /** Held-out mAP without and with the names; undefined if there are none to try. */
  names: { without: number; with: number; kept: boolean } | undefined
}

/**
 * Fits the suggester without and with the names: they stay a source of the blend only if held-out labels show that they help.
 */
export async function fitWithNames<Some extends Sources>(
  sources: Some,
  evidence: NameEvidence | undefined,
  states: Int8Array,
  labels: number,
  fold: Uint8Array,
  folds: number,
  fitting: Fitting,
): Promise<Fitted<Some>> {
  const fittedTo = async (some: Some & { names?: Float32Array }) => ({
    sources: some,
    suggester: forUnknown(await fitSuggester(some, states, labels, fitting), some, states),
    crossFitted: await crossFittedProbabilities(some, states, labels, fold, folds, fitting),
  })
  const without = await fittedTo(sources)
  if (!evidence) return { ...without, names: undefined }
  const withNames = await fittedTo({ ...sources, names: asLogOdds(evidence, labels) })
  const [before, after] = [without, withNames].map((one) =>
    heldOutMeanAveragePrecision(one.crossFitted, states, labels),
  )
  const kept = after - before > minGain
  return { ...(kept ? withNames : without), names: { without: before, with: after, kept } }
}
