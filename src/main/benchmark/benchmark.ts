import { UserError } from '../base/errors.ts'
import { State } from '../domain/state.ts'
import type { Device } from '../tensor/run/session.ts'
import type { LastStageReport } from '../training/lastStage/tune.ts'
import { meanOf } from '../training/measure/metrics.ts'
import { type AblationRun, ablate, ablationTrainings } from './ablation.ts'
import type { AblationName } from './ablationNames.ts'
import { cachedFeatures, type EmbeddingProgress } from './cachedFeatures.ts'
import { readLabelledFolder } from './folder.ts'
import { knownMask } from './masks.ts'
import { type MethodName, type MethodRun, type Mode, runMethods } from './methods.ts'
import { type AcceptedScore, type HiddenScore, meanScore, scoreAccepted, scoreHidden, sumOfAccepted } from './score.ts'

/** The input that all benchmarks have in common. */
export interface MeasureInput {
  /** Absolute. */
  folder: string
  /** Keeps features from one benchmark to the next. */
  cacheFolder: string
  backbone: string
  /** Shares of labels to keep known, each between 0 and 1. */
  known: number[]
  mode: Mode
  device: Device
  /** Also trains the backbone's last stage, and keeps the result if it helps on held-out labels. */
  unfreeze?: boolean
  /** A file of word vectors to initialise the label vectors with, absolute. */
  wordVectors?: string
}

export interface BenchmarkInput extends MeasureInput {
  /** Results are averaged over masks 0 … seeds - 1. */
  seeds: number
  /** Labels present in fewer images are left out. */
  labelsWithAtLeast: number
  /** Also measures what each part of the default mode contributes, by leaving it out. */
  ablate: boolean
}

/** Results for one share of known labels, on the hidden pairs. */
export interface BenchmarkRow {
  known: number
  linear: HiddenScore
  sst: HiddenScore
  blend: HiddenScore
  /** The published method, in `faithful` mode. */
  faithful?: HiddenScore
  /** What accepting in bulk at the default target accuracy would have done; summed over the seeds. */
  accepted: AcceptedScore
  /** From the click to the suggestions with features cached; the mean over the seeds. */
  seconds: number
  faithfulSeconds?: number
  ablation?: AblationLine[]
  /** SST's mAP on held-out labels, without and with a trained last stage, and with how many masks the latter was kept. */
  lastStage?: { frozen: number; tuned: number; kept: number }
}

/** Results of the default mode without one part; NaN if training diverged. */
export interface AblationLine {
  /** See `ablationTexts`. */
  without: AblationName
  /** Only where SST had to be trained without it. */
  sst?: HiddenScore
  blend: HiddenScore
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
  | EmbeddingProgress
  | { phase: 'training'; known: number; seed: number; run: number; runs: number; fraction: number }

export interface BenchmarkContext {
  readonly signal?: AbortSignal
  progress?(report: BenchmarkProgress): void
}

/**
 * Hides labels of a fully labelled data set (images/ and labels.tsv, see `readLabelledFolder`), trains on the rest as Fine-tune
 * would, and scores the hidden pairs of the same images (METHOD 4).
 * @throws UserError `benchmark-share`, `benchmark-folder`, those of the backbone and of training; the signal's reason
 */
export async function benchmark(
  input: BenchmarkInput,
  { signal, progress }: BenchmarkContext = {},
): Promise<BenchmarkResult> {
  checkShares(input.known)
  progress?.({ phase: 'reading' })
  const all = await readLabelledFolder(input.folder, input.labelsWithAtLeast)
  const features = await cachedFeatures(all.images, input, { signal, progress })
  try {
    const [images, labels] = [all.images.length, all.labels.length]
    const rows: BenchmarkRow[] = []
    const each = input.ablate ? 1 + ablationTrainings : 1
    const runs = input.known.length * input.seeds * each
    for (const known of input.known) {
      const scored: { run: MethodRun; ablation: AblationRun[]; mask: Uint8Array }[] = []
      for (let seed = 0; seed < input.seeds; seed++) {
        const mask = knownMask(images, labels, known, seed)
        let run = (rows.length * input.seeds + seed) * each
        const report = (fraction: number): void => progress?.({ phase: 'training', known, seed, run, runs, fraction })
        const states = statesOf(all.truth, mask)
        const how = { seed, device: input.device, signal }
        const result = await runMethods(features, states, all.labels, images, {
          ...how,
          mode: input.mode,
          wordVectors: input.wordVectors,
          onProgress: report,
        })
        const onTrained = (): void => {
          run++
          report(0)
        }
        if (input.ablate) onTrained()
        const whole = { features, states, truth: statesOf(all.truth), labelNames: all.labels }
        scored.push({ run: result, mask, ablation: input.ablate ? await ablate(whole, { ...how, onTrained }) : [] })
      }
      const score = (method: MethodName): HiddenScore =>
        meanScore(scored.map(({ run, mask }) => scoreHidden(run.scores[method]!, all.truth, mask, labels)))
      rows.push({
        known,
        linear: score('linear'),
        sst: score('sst'),
        blend: score('blend'),
        accepted: sumOfAccepted(
          scored.map(({ run, mask }) => scoreAccepted(run.scores.blend, all.truth, mask, all.labels)),
        ),
        seconds: meanOf(scored.map(({ run }) => run.seconds)),
        lastStage: input.unfreeze ? lastStageOf(scored.map(({ run }) => run.lastStage!)) : undefined,
        ...(input.mode === 'faithful'
          ? { faithful: score('faithful'), faithfulSeconds: meanOf(scored.map(({ run }) => run.faithfulSeconds!)) }
          : {}),
        ...(input.ablate ? { ablation: linesOf(scored, all.truth, labels) } : {}),
      })
    }
    return { images, labels: all.labels, backbone: features.backbone, seeds: input.seeds, rows }
  } finally {
    await features.close()
  }
}

function linesOf(
  scored: readonly { ablation: AblationRun[]; mask: Uint8Array }[],
  truth: Uint8Array,
  labels: number,
): AblationLine[] {
  const [first] = scored
  return first.ablation.map(({ name }, i) => {
    const score = (part: 'sst' | 'blend'): HiddenScore =>
      meanScore(
        scored.map(({ ablation, mask }) => {
          const scores = ablation[i][part]
          return scores ? scoreHidden(scores, truth, mask, labels) : noScore
        }),
      )
    const isTrained = first.ablation[i].sst !== undefined || first.ablation[i].blend === undefined
    return { without: name, ...(isTrained ? { sst: score('sst') } : {}), blend: score('blend') }
  })
}

const noScore: HiddenScore = meanScore([])

function lastStageOf(reports: readonly LastStageReport[]): NonNullable<BenchmarkRow['lastStage']> {
  return {
    frozen: meanOf(reports.map(({ frozen }) => frozen)),
    tuned: meanOf(reports.map(({ tuned }) => tuned)),
    kept: reports.filter(({ kept }) => kept).length,
  }
}

/** @throws UserError `benchmark-share` */
export function checkShares(known: readonly number[]): void {
  for (const share of known) {
    if (share > 0 && share < 1) continue
    throw new UserError('benchmark-share', `${share} isn’t a share of known labels.`, 'Use numbers between 0 and 1.')
  }
}

/** y: 1 present, -1 absent, 0 where the mask hides it. */
export function statesOf(truth: Uint8Array, mask?: Uint8Array): Int8Array {
  return Int8Array.from(truth, (y, at) => (!mask || mask[at] ? (y ? State.present : State.absent) : State.unknown))
}
