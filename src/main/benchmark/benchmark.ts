import { embed } from '../backbone/embed.ts'
import { FeatureReader } from '../backbone/featureReader.ts'
import { resolveBackbone } from '../backbone/resolve.ts'
import { UserError } from '../base/errors.ts'
import { logistic } from '../suggestions/logistic.ts'
import type { Device } from '../tensor/session.ts'
import { fineTune } from '../training/fineTune.ts'
import { sourceOf } from '../training/train.ts'
import { readLabelledFolder } from './folder.ts'
import { knownMask } from './masks.ts'
import { type HiddenScore, meanScore, scoreHidden } from './score.ts'

export interface BenchmarkInput {
  /** With images/ and labels.tsv (see `readLabelledFolder`), absolute. */
  folder: string
  /** Where features are kept from one benchmark to the next. */
  cacheFolder: string
  backbone: string
  /** Shares of the labels that are known, each between 0 and 1. */
  known: number[]
  /** Masks 0 … seeds - 1 are averaged. */
  seeds: number
  /** Labels that are present in fewer images are left out. */
  labelsWithAtLeast: number
  device: Device
}

/** One share of known labels; scores of the pairs that were hidden. */
export interface BenchmarkRow {
  known: number
  linear: HiddenScore
  sst: HiddenScore
  blend: HiddenScore
  /** From the click to the suggestions, features cached; the mean over the seeds. */
  seconds: number
}

export interface BenchmarkResult {
  images: number
  labels: string[]
  backbone: string
  seeds: number
  rows: BenchmarkRow[]
}

export type BenchmarkProgress =
  | { phase: 'reading' }
  | { phase: 'embedding'; done: number; total: number; secondsLeft: number | undefined }
  | { phase: 'training'; known: number; seed: number; run: number; runs: number; fraction: number }

export interface BenchmarkContext {
  readonly signal?: AbortSignal
  progress?(report: BenchmarkProgress): void
}

/**
 * Hides labels of a fully labelled data set, trains on the rest as a click on Fine-tune would, and scores the pairs that were
 * hidden, of the same images (METHOD 4).
 * @throws UserError `benchmark-share`, `benchmark-folder`, those of the backbone and of training; the signal's reason
 */
export async function benchmark(
  input: BenchmarkInput,
  { signal, progress }: BenchmarkContext = {},
): Promise<BenchmarkResult> {
  for (const share of input.known) {
    if (share > 0 && share < 1) continue
    throw new UserError('benchmark-share', `${share} is not a share of known labels.`, 'Give numbers between 0 and 1.')
  }
  progress?.({ phase: 'reading' })
  const all = await readLabelledFolder(input.folder, input.labelsWithAtLeast)
  const backbone = await resolveBackbone(input.backbone)
  await embed(
    {
      images: all.images.map((image, id) => ({ id, ...image })),
      backbone,
      cacheFolder: input.cacheFolder,
      device: input.device,
    },
    {
      signal,
      progress: ({ done, total, secondsLeft }) => progress?.({ phase: 'embedding', done, total, secondsLeft }),
    },
  )
  signal?.throwIfAborted()
  const reader = await FeatureReader.open(input.cacheFolder, backbone)
  if (!reader) throw new UserError('features-missing', 'None of the images could be embedded.', 'Look at the images.')
  try {
    const records = reader.recordsOf(all.images.map(({ sha256 }) => sha256))
    const labels = all.labels.length
    const rows: BenchmarkRow[] = []
    const runs = input.known.length * input.seeds
    for (const known of input.known) {
      const scores: Pick<BenchmarkRow, 'linear' | 'sst' | 'blend'>[] = []
      let seconds = 0
      for (let seed = 0; seed < input.seeds; seed++) {
        const mask = knownMask(records.length, labels, known, seed)
        const states = Int8Array.from(all.truth, (y, at) => (mask[at] ? (y ? 1 : -1) : 0))
        const begun = performance.now()
        const run = rows.length * input.seeds + seed
        const { probabilities, sources, learnt } = await fineTune(
          { source: sourceOf(reader), records, states, labelNames: all.labels },
          {
            seed,
            device: input.device,
            signal,
            onProgress: ({ fraction }) => progress?.({ phase: 'training', known, seed, run, runs, fraction }),
          },
        )
        seconds += (performance.now() - begun) / 1000
        // A label that could not be learnt has no suggestions: it counts as ranked at random, by one constant.
        const score = (values: Float32Array) => scoreHidden(spread(values, learnt, labels), all.truth, mask, labels)
        scores.push({
          linear: score(sources.linear.map(logistic)),
          sst: score(sources.sst.map(logistic)),
          blend: score(probabilities),
        })
      }
      rows.push({
        known,
        linear: meanScore(scores.map(({ linear }) => linear)),
        sst: meanScore(scores.map(({ sst }) => sst)),
        blend: meanScore(scores.map(({ blend }) => blend)),
        seconds: seconds / input.seeds,
      })
    }
    return { images: records.length, labels: all.labels, backbone: backbone.name, seeds: input.seeds, rows }
  } finally {
    await reader.close()
  }
}

/** N×C' as N×C: 0 for the labels that were not learnt. */
function spread(values: Float32Array, learnt: readonly number[], labels: number): Float32Array {
  if (learnt.length === labels) return values
  const result = new Float32Array((values.length / learnt.length) * labels)
  values.forEach((value, at) => {
    result[Math.floor(at / learnt.length) * labels + learnt[at % learnt.length]] = value
  })
  return result
}
