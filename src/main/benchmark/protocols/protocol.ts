import { decisionMetrics, interpolatedAveragePrecision, meanOf } from '../../training/measure/metrics.ts'
import { type BenchmarkContext, checkShares, type MeasureInput, statesOf } from '../benchmark.ts'
import { cachedFeatures } from '../cachedFeatures.ts'
import { knownMask } from '../masks.ts'
import { type MethodName, runMethods } from '../methods.ts'
import { type ProtocolName, protocols } from './protocols.ts'
import { type PublishedNumbers, publishedNumbers, publishedSource } from './publishedNumbers.ts'

export interface ProtocolInput extends MeasureInput {
  protocol: ProtocolName
}

/** The metrics of METHOD 1 on the test split's complete labels, as fractions. */
export interface SplitScore {
  mAP: number
  OF1: number
  CF1: number
}

export type MethodScores = Partial<Record<MethodName, SplitScore>>

export interface ProtocolResult {
  protocol: ProtocolName
  images: { training: number; test: number }
  labels: string[]
  backbone: string
  rows: { known: number; scores: MethodScores; seconds: number; faithfulSeconds?: number }[]
  averages: MethodScores
  published: PublishedNumbers & { source: string }
}

/** The reference program's seed for masks. */
const seed = 0

/**
 * Runs a published protocol: for each share p, trains on the training split with the mask `RandomState(0).random((N, C)) < p`, and
 * scores the test split. Test images take part in training without known labels, like the unlabelled images of a project.
 * @throws UserError `benchmark-share`, `benchmark-folder`, those of the backbone and of training; the signal's reason
 */
export async function protocol(
  input: ProtocolInput,
  { signal, progress }: BenchmarkContext = {},
): Promise<ProtocolResult> {
  checkShares(input.known)
  progress?.({ phase: 'reading' })
  const { labels: names, training, test } = await protocols[input.protocol](input.folder, signal)
  const features = await cachedFeatures([...training.images, ...test.images], input, { signal, progress })
  try {
    const [count, labels] = [training.images.length, names.length]
    const rows: ProtocolResult['rows'] = []
    for (const known of input.known) {
      const states = new Int8Array((count + test.images.length) * labels)
      states.set(statesOf(training.truth, knownMask(count, labels, known, seed)))
      const { scores, ...seconds } = await runMethods(features, states, names, count, {
        ...{ mode: input.mode, seed, device: input.device, wordVectors: input.wordVectors, signal },
        onProgress: (fraction) =>
          progress?.({ phase: 'training', known, seed, run: rows.length, runs: input.known.length, fraction }),
      })
      const scored = Object.entries(scores).map(([method, probabilities]) => [
        method,
        scoreSplit(probabilities.subarray(count * labels), test.truth, labels),
      ])
      rows.push({ known, scores: Object.fromEntries(scored), ...seconds })
    }
    return {
      ...{ protocol: input.protocol, images: { training: count, test: test.images.length }, labels: names },
      ...{ backbone: features.backbone, rows, averages: averagesOf(rows.map(({ scores }) => scores)) },
      published: { ...publishedNumbers[input.protocol], source: publishedSource },
    }
  } finally {
    await features.close()
  }
}

/**
 * @param probabilities of present, N×C; from 0.5 (logit 0) on, a label counts as predicted
 * @param truth 1 present, 0 absent, N×C
 */
export function scoreSplit(probabilities: Float32Array, truth: Uint8Array, labels: number): SplitScore {
  const column = <T extends Float32Array | Uint8Array>(of: T, label: number): T =>
    of.filter((_, at) => at % labels === label) as T
  const precisions = Array.from({ length: labels }, (_, label) =>
    interpolatedAveragePrecision(column(probabilities, label), column(truth, label)),
  )
  const { OF1, CF1 } = decisionMetrics(
    probabilities.map((p) => p - 0.5),
    truth,
    labels,
  )
  return { mAP: meanOf(precisions), OF1, CF1 }
}

function averagesOf(rows: readonly MethodScores[]): MethodScores {
  const average = (method: MethodName, of: keyof SplitScore): number => meanOf(rows.map((row) => row[method]![of]))
  const methods = Object.keys(rows[0] ?? {}) as MethodName[]
  return Object.fromEntries(
    methods.map((method) => [
      method,
      { mAP: average(method, 'mAP'), OF1: average(method, 'OF1'), CF1: average(method, 'CF1') },
    ]),
  )
}
