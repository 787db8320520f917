import { logistic } from '../suggestions/logistic.ts'
import type { Device } from '../tensor/run/session.ts'
import { fineTune } from '../training/fineTune.ts'
import type { LastStageReport } from '../training/lastStage/tune.ts'
import type { CachedFeatures } from './cachedFeatures.ts'
import { trainFaithfully } from './faithful.ts'

/** `default`: what Fine-tune trains. `faithful`: also METHOD 1 to the letter. */
export type Mode = 'default' | 'faithful'

/** The methods measured: the parts of the default mode, and the published method. */
export type MethodName = 'linear' | 'sst' | 'blend' | 'faithful'

export interface MethodRun {
  /** Probabilities of present, row-major N×C. */
  scores: Partial<Record<MethodName, Float32Array>> & Record<Exclude<MethodName, 'faithful'>, Float32Array>
  /** From the click to the suggestions, with features cached. */
  seconds: number
  /** The same for the published method. */
  faithfulSeconds?: number
  /** The result of training the backbone's last stage, if requested. */
  lastStage?: LastStageReport
}

export interface MethodOptions {
  mode: Mode
  seed: number
  device: Device
  signal?: AbortSignal
  /** A file of word vectors. */
  wordVectors?: string
  /** @param fraction of all training, 0 … 1 */
  onProgress?: (fraction: number) => void
}

/** The default mode's share of the time if both are trained. */
const defaultShare = 0.1

/**
 * Trains on the known labels, and scores all images.
 * @param states y, row-major N×C
 * @param trained number of images, from the first, that the published method trains on. The default mode uses the others too, as
 *   unlabelled images.
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

/** Expands N×C' (learnt labels) to N×C. A label that couldn't be learnt gets a constant, which counts as a random ranking. */
export function spread(values: Float32Array, learnt: readonly number[], labels: number): Float32Array {
  if (learnt.length === labels) return values
  const result = new Float32Array((values.length / learnt.length) * labels)
  values.forEach((value, at) => {
    result[Math.floor(at / learnt.length) * labels + learnt[at % learnt.length]] = value
  })
  return result
}
