import { rowsWithKnown, takeColumns, takeRows } from '../domain/labelMatrix.ts'
import { State } from '../domain/state.ts'
import type { NetworkSizes } from '../sst/network.ts'
import { allRepairs, type Repairs } from '../sst/objective.ts'
import { nearestImages } from '../suggestions/neighbours.ts'
import { type Suggester, suggestionProbabilities } from '../suggestions/suggester.ts'
import { neighbourVote } from '../suggestions/vote.ts'
import type { Device } from '../tensor/run/session.ts'
import type { Checkpoints } from './checkpoint.ts'
import { comparable, describeImages } from './description/description.ts'
import { type FeatureSource, learnPreparation, PreparedGrids, unitVectors } from './description/features.ts'
import { learnCodebook } from './description/imageCodes.ts'
import { crossFitBaseline, outOfFold } from './heads/crossFitting.ts'
import { dealFolds } from './heads/folds.ts'
import { crossFitLabelMaps } from './heads/labelMaps.ts'
import { headLogits, type LinearHeads } from './heads/linearBaseline.ts'
import { type LastStageReport, type LastStageSource, tuneLastStage } from './lastStage/tune.ts'
import { heldOutMetrics, type LabelMetrics, type Metrics } from './measure/heldOut.ts'
import { learnableLabels } from './measure/learnable.ts'
import { evidenceOf, fitWithNames, type NameEvidence, wordsOfNames } from './names/evidence.ts'
import { labelVectors } from './names/wordVectors.ts'
import { dataWithout, trainNetworks } from './network/networks.ts'
import type { SstOptions } from './network/sstTraining.ts'
import { Progress, type ProgressReport } from './progress.ts'
import { recognizeAll, recognizerModel } from './recognizer.ts'

export interface FineTuneInput {
  source: FeatureSource
  /** The record of each image, [N] */
  records: Int32Array
  /** y, row-major N×C: 1 present, -1 absent, 0 unknown */
  states: Int8Array
  labelNames: readonly string[]
  /** A word vector file to initialise the label vectors (`labelVectorsFrom`); without it, they are hashed. */
  wordVectors?: string
  /** The text encoder's knowledge of the labels: their vectors, unless a file has them, and one more source to blend. */
  names?: NameEvidence
}

export interface FineTuneOptions {
  seed: number
  device: Device
  signal?: AbortSignal
  onProgress?: (report: ProgressReport) => void
  /** Keeps the networks while they train. */
  checkpoints?: Checkpoints
  /** @default all of them */
  repairs?: Repairs
  /** Also trains the backbone's last stage, kept only if held-out labels show that it helps. */
  lastStage?: LastStageSource
  /** Shortens each network's schedule, where cost matters more than quality. */
  maxSteps?: number
}

export interface FineTuneResult {
  /** Indices, among the given labels, of those that could be learnt: C' of C. */
  learnt: number[]
  /** Probability of present, row-major N×C'; for known entries, from models and fits that never saw them. */
  probabilities: Float32Array
  /** The blended sources: log odds by the baseline, label maps, SST and similar images, N×C' each. */
  sources: {
    linear: Float32Array
    map: Float32Array
    sst: Float32Array
    vote: Float32Array
    /** Where held-out labels show that it helps. */
    names?: Float32Array
  }
  metrics: Metrics
  labels: LabelMetrics[]
  suggester: Suggester
  /** The vectors that images were compared by, row-major N×S (see `comparable`). */
  compared: Float32Array
  /** The recogniser as an ONNX model (see `recognizerModel`). */
  model: Uint8Array
  lastStage?: LastStageReport
  /** Held-out mAP with and without label names; undefined if the backbone has no text encoder. */
  names?: { without: number; with: number; kept: boolean }
}

/**
 * Each known label is held out once in this many parts. With more parts, each trains on more data, at proportionally more time.
 */
export const folds = 3

const network = { width: 256, hidden: 64, graph: 64, steps: 3, output: 128, word: 64 }
/** Pairwise label relations grow with the square of the labels: beyond this many, they are approximated with this rank. */
const maxLabelsWhole = 150
const rank = 64
/** The number of nearest images that each one is compared with. */
export const neighbours = 400

/** The sizes of the network by number of labels, if the backbone has enough channels. */
export function networkSizes(labels: number): NetworkSizes {
  const { width, ...sizes } = network
  return { labels, channels: width, ...sizes, pairs: labels > 1, rank: labels > maxLabelsWhole ? rank : 0 }
}

const baselineOptions = { folds, penalty: 1, iterations: 60 }

const sstOptions: Omit<SstOptions, 'seed' | 'device' | 'signal' | 'onStep' | 'repairs'> = {
  epochs: { fewKnown: 2, allKnown: 4 },
  minSteps: 150,
  batch: 32,
  learningRate: 2e-3,
  weightDecay: 0.3,
  transferAfter: 0.5,
  exemplars: 100,
}

/**
 * The fine-tune run: from the labels known at the click to a probability for every image and label.
 *
 * The baseline is trained first (METHOD 4), label maps beside it, and SST on top of it (METHOD 1 with the repairs of METHOD 3), each
 * once per held-out part of the known labels. The vote of similar images joins (METHOD 4, cross). The held-out labels decide how much
 * each source counts for each label, and calibrate (METHOD 3, 6: nothing is chosen on labels that trained it).
 * @throws UserError `too-few-labels`; the signal's reason when cancelled
 */
export async function fineTune(input: FineTuneInput, options: FineTuneOptions): Promise<FineTuneResult> {
  const { source, records } = input
  const { device, seed, signal } = options
  const progress = new Progress(options.onProgress, options.lastStage !== undefined)
  const learnt = learnableLabels(input.states, input.labelNames)
  const names = learnt.map((label) => input.labelNames[label])
  const labels = learnt.length
  const states = takeColumns({ states: input.states, labels: input.labelNames.length }, learnt).states
  const fold = dealFolds(states, labels, folds, seed)
  const sizes = networkSizes(labels)
  const evidence = input.names && evidenceOf(input.names, learnt)
  const words =
    evidence && input.wordVectors === undefined
      ? wordsOfNames(evidence, network.word)
      : await labelVectors(names, network.word, input.wordVectors, signal)

  progress.at('preparing', 0)
  // Raw at first, then of unit length.
  const unit = await source.readPooled(records)
  const learning = { seed, device, signal }
  const { checkpoints } = options
  // The networks' inputs are kept with them: recomputed on another device, they wouldn't be identical to the last bit.
  const once = <Made extends object>(name: string, setting: object, make: () => Promise<Made>): Promise<Made> =>
    checkpoints ? checkpoints.once(name, setting, make) : make()
  const { width } = network
  const preparation = await once('preparation', { width }, () =>
    learnPreparation(source, records, unit, { width, ...learning }),
  )
  sizes.channels = preparation.width
  progress.at('preparing', 0.3)
  const grids = await PreparedGrids.open(source, records, unitVectors(unit, preparation), preparation, { device })
  try {
    const rows = rowsWithKnown({ states, labels })
    const grid = await grids.keep(Int32Array.from(rows), {
      signal,
      onProgress: (done, total) => progress.at('preparing', 0.3 + (0.3 * done) / total),
    })
    const codebook = await once('codebook', {}, () => learnCodebook(grids, preparation, source.classifier, learning))
    progress.at('preparing', 0.7)
    const { description, described } = await describeImages(grids, unit, codebook, {
      ...learning,
      keep: (learn) => once('description', {}, learn),
      onProgress: (done, total) => progress.at('preparing', 0.7 + (0.3 * done) / total),
    })

    progress.at('baseline', 0)
    const known = { states: takeRows(states, labels, rows), fold: takeRows(fold, labels, rows) }
    const inputs = takeRows(described, description.size, rows)
    const fitBaseline = () =>
      crossFitBaseline(inputs, known.states, known.fold, labels, {
        ...baselineOptions,
        device,
        signal,
        onProgress: (done, total) => progress.at('baseline', done / total),
      })
    const baseline = await once('baseline', baselineOptions, fitBaseline)
    const maps = await once('maps', {}, () =>
      crossFitLabelMaps(
        { grid, positions: source.positions, ...known, labels },
        { folds, scales: baseline.scales, ...learning },
      ),
    )

    progress.at('network', 0)
    const logitsOf = (heads: LinearHeads): Promise<Float32Array> => headLogits(inputs, heads, description.size, device)
    const networksInput = { grid, positions: source.positions, ...known, baseline, logitsOf, words }
    const networks = await trainNetworks(networksInput, sizes, {
      ...sstOptions,
      repairs: options.repairs ?? allRepairs,
      maxSteps: options.maxSteps,
      seed,
      device,
      signal,
      checkpoints,
      onProgress: ({ fraction, ...more }) => progress.at('network', fraction, more),
    })

    progress.at('scoring', 0)
    const recognizer = {
      preparation,
      description,
      baselines: baseline.single,
      maps,
      networks,
      sizes,
      words,
    }
    // A separate function, so that the logits of all folds can be freed before the blend needs the memory.
    const score = async () => {
      const logits = await recognizeAll(recognizer, described, grids, {
        device,
        signal,
        onProgress: (done, total) => progress.at('scoring', done / total),
      })
      const tuned =
        options.lastStage &&
        (await tuneLastStage(
          {
            ...{ source: options.lastStage, preparation, sizes, words, networks, rows: Int32Array.from(rows) },
            ...{ states, fold, logits, dataWithout: (k) => dataWithout(k, networksInput) },
          },
          { ...learning, checkpoints, onProgress: (done) => progress.at('last stage', done) },
        ))
      const own = {
        linear: outOfFold(logits.linear, fold),
        map: outOfFold(logits.map, fold),
        sst: outOfFold(tuned?.report.kept ? tuned.sst : logits.sst, fold),
      }
      return { own, tuned }
    }
    const { own, tuned } = await score()

    progress.at('blending', 0)
    const compared = comparable(described, description.size)
    const near = await nearestImages(compared, compared, description.size, neighbours, { device, signal })
    progress.at('blending', 0.5)
    const all = { ...own, vote: neighbourVote(near, states, labels) }
    const fitting = { seed, device, signal }
    const fitted = await fitWithNames(all, evidence, states, labels, fold, folds, fitting)
    const { sources, suggester, crossFitted } = fitted
    const probabilities = suggestionProbabilities(suggester, sources, states).map((p, at) =>
      states[at] === State.unknown ? p : crossFitted[at],
    )
    const held = heldOutMetrics({ linear: own.linear, sst: own.sst, blend: crossFitted }, states, names)
    progress.at('blending', 1, { validation: { mAP: held.metrics.mAP.blend, of: 'blend' } })
    const tails = tuned?.report.kept && options.lastStage ? { cut: options.lastStage, ...tuned } : undefined
    const model = recognizerModel(recognizer, source.positions, { labels: JSON.stringify(names) }, tails)
    return {
      learnt,
      probabilities,
      sources,
      ...held,
      suggester,
      compared,
      model,
      lastStage: tuned?.report,
      names: fitted.names,
    }
  } finally {
    await grids.close()
  }
}
