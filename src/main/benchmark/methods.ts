import { logistic } from '../suggestions/logistic.ts'
import type { Device } from '../tensor/run/session.ts'
import { fineTune } from '../training/fineTune.ts'
import type { LastStageReport } from '../training/lastStage/tune.ts'
import type { CachedFeatures } from './cachedFeatures.ts'
import { trainFaithfully } from './faithful.ts'

/** `default`: as a click on Fine-tune trains. `faithful`: METHOD 1 to the letter as well, beside it. */
export type Mode = 'default' | 'faithful'

/** What is measured: the parts of the default mode, and the published method. */
export type MethodName = 'linear' | 'sst' | 'blend' | 'faithful'

export interface MethodRun {
  /** Probabilities of present, row-major N×C. */
  scores: Partial<Record<MethodName, Float32Array>> & Record<Exclude<MethodName, 'faithful'>, Float32Array>
  /** From the click to the suggestions, features cached. */
  seconds: number
  /** The same of the published method. */
  faithfulSeconds?: number
  /** What came of training the backbone's last stage, where that was asked for. */
  lastStage?: LastStageReport
}

export interface MethodOptions {
  mode: Mode
  seed: number
  device: Device
  signal?: AbortSignal
  /** A file of word vectors. */
  wordVectors?: string
  /** @param fraction of all that is trained, 0 … 1 */
  onProgress?: (fraction: number) => void
}

/** How much of the time is the default mode's where both are trained. */
const defaultShare = 0.1

/**
 * Trains on the labels known, and scores all images.
 * @param states y, row-major N×C
 * @param trained the published method trains on so many images, the first ones; without their labels the others still count among
 * the images of the default mode, as unlabelled images of a project do
 * @throws UserError `too-few-labels`; the signal's reason
 */
export async function runMethods(
  { source, records, lastStage, names }: Pick<CachedFeatures, 'source' | 'records' | 'lastStage' | 'names'>,
  states: Int8Array,
  labelNames: readonly string[],
  trained: number,
  { mode, seed, device, signal, wordVectors, onProgress }: MethodOptions,
): Promise<MethodRun> {
  const labels = labelNames.length
  const share = mode === 'faithful' ? defaultShare : 1
  const begun = performance.now()
  const { probabilities, sources, learnt, ...tuned } = await fineTune(
    { source, records, states, labelNames, wordVectors, names: await names?.(labelNames) },
    { seed, device, signal, lastStage, onProgress: ({ fraction }) => onProgress?.(fraction * share) },
  )
  const seconds = (performance.now() - begun) / 1000
  const scores: MethodRun['scores'] = {
    linear: spread(sources.linear.map(logistic), learnt, labels),
    sst: spread(sources.sst.map(logistic), learnt, labels),
    blend: spread(probabilities, learnt, labels),
  }
  const run = { seconds, lastStage: tuned.lastStage }
  if (mode === 'default') return { scores, ...run }
  const faithfulBegun = performance.now()
  const logits = await trainFaithfully(
    {
      source,
      labelNames,
      training: records.slice(0, trained),
      states: states.subarray(0, trained * labels),
      scored: records,
    },
    { seed, device, signal, onProgress: (fraction) => onProgress?.(share + fraction * (1 - share)) },
  )
  const faithfulSeconds = (performance.now() - faithfulBegun) / 1000
  return { scores: { ...scores, faithful: logits.map(logistic) }, ...run, faithfulSeconds }
}

/** N×C' as N×C. A label that could not be learnt has no suggestions: it counts as ranked at random, by one constant. */
export function spread(values: Float32Array, learnt: readonly number[], labels: number): Float32Array {
  if (learnt.length === labels) return values
  const result = new Float32Array((values.length / learnt.length) * labels)
  values.forEach((value, at) => {
    result[Math.floor(at / learnt.length) * labels + learnt[at % learnt.length]] = value
  })
  return result
}
