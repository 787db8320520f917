import { createHash } from 'node:crypto'
import path from 'node:path'
import { FeatureReader } from '../backbone/cache/featureReader.ts'
import { type Classifier, readClassifier } from '../backbone/resolve/classifier.ts'
import { cutBackbone } from '../backbone/resolve/cutBackbone.ts'
import { resolveBackbone } from '../backbone/resolve/resolve.ts'
import { UserError } from '../base/errors.ts'
import { writeAtomically } from '../base/files.ts'
import { takeColumns, takeRows } from '../domain/labelMatrix.ts'
import { askGains } from '../suggestions/askNext.ts'
import { applyBlend } from '../suggestions/blend.ts'
import { gainsFile, writeGains } from '../suggestions/gains.ts'
import { type Scores, ScoreTable, scoresFile, writeScores } from '../suggestions/scores.ts'
import { suggesterFile, writeSuggester } from '../suggestions/suggesterFile.ts'
import type { Device } from '../tensor/run/session.ts'
import { Checkpoints } from './checkpoint.ts'
import type { FeatureSource } from './description/features.ts'
import { nearImages } from './description/nearImages.ts'
import { fineTune, folds, neighbours } from './fineTune.ts'
import { featuresText } from './heads/evidence.ts'
import { openTrunkFeatures } from './lastStage/trunkFeatures.ts'
import type { LastStageReport } from './lastStage/tune.ts'
import { type Comparison, compareModels } from './measure/comparison.ts'
import type { LabelMetrics, Metrics } from './measure/heldOut.ts'
import { nameEvidence } from './names/evidence.ts'
import { notFinite } from './network/notFinite.ts'
import type { ProgressReport } from './progress.ts'

/** What was known when training was started, and where the features are. */
export interface TrainInput {
  /** The project's, absolute. */
  cacheFolder: string
  /** The name or path of the backbone that the images were embedded with (see `resolveBackbone`). */
  backbone: string
  /** [N], in the order of the rows of `states`, by ascending id. Images without SHA-256 or features are left out. */
  images: { id: number; sha256: string | null }[]
  labels: { id: number; name: string }[]
  /** y, row-major N×C: 1 present, -1 absent, 0 unknown. */
  states: Int8Array
  /** Names the output files. */
  modelUid: string
  device: Device
  seed: number
  /** The model in use, to compare the new one with. */
  modelBefore?: string
  /** The device that failed during this very run, and whose work is continued. */
  takesOverFrom?: Device
  /** Also trains the backbone's last stage; the trunk's features must be in the cache (see `planLastStage`). */
  lastStage?: boolean
  /** A file of word vectors to initialise the label vectors from, absolute. */
  wordVectors?: string
  /** The prompt for a label, if the backbone has a text encoder. @default the backbone's own */
  nameTemplate?: string
}

export interface TrainResult {
  /** The model as ONNX, relative to the cache folder. */
  file: string
  /** The labels it scores, in the order of its outputs. */
  labelIds: number[]
  metrics: Metrics
  labels: LabelMetrics[]
  /** The number of images that have no features, and so get no suggestions. */
  withoutFeatures: number
  seconds: number
  /** Whether it continued an interrupted run with the same inputs. */
  resumed: boolean
  /** With `modelBefore`; undefined if there is none, or its scores are lost. */
  comparison: Comparison | undefined
  /** The outcome of training the last stage, if requested. */
  lastStage: LastStageReport | undefined
  /** Whether label names helped, or why they couldn't be used; undefined if the backbone has no text encoder. */
  names: { kept: boolean } | { problem: string } | undefined
}

export interface TrainContext {
  readonly signal?: AbortSignal
  progress?(report: ProgressReport): void
}

/**
 * Trains on the known labels and writes the model, its scores and what to ask next to the cache folder. The files of earlier
 * models aren't touched. A cancelled or killed run leaves checkpoints, from which the next run with the same inputs continues.
 * @throws UserError `features-missing`, `trunk-features-missing`, `word-vectors-unreadable`, `too-few-labels`, `not-finite`,
 *   `device-failed`, and the backbone's own; the signal's reason when cancelled
 */
export async function train(input: TrainInput, { signal, progress }: TrainContext = {}): Promise<TrainResult> {
  const begun = performance.now()
  const { cacheFolder, images, labels, states } = input
  const backbone = await resolveBackbone(input.backbone, signal)
  const reader = await FeatureReader.open(cacheFolder, backbone)
  let trunk: Awaited<ReturnType<typeof openTrunkFeatures>> | undefined
  if (!reader) throw new UserError('features-missing', 'The images have no features yet.', 'Embed the images first.')
  try {
    const rows = images.flatMap(({ sha256 }, row) => (sha256 !== null && reader.has(sha256) ? [row] : []))
    if (rows.length === 0) {
      throw new UserError('features-missing', 'None of the images have features.', 'Embed the images first.')
    }
    const { seed, device, takesOverFrom } = input
    const keys = rows.map((row) => images[row].sha256!)
    const known = takeRows(states, labels.length, rows)
    const { wordVectors } = input
    const records = reader.recordsOf(keys)
    const nameResult = await nameEvidence(
      input.backbone,
      backbone,
      labels.map(({ name }) => name),
      rows.length,
      (first, end) => reader.readPooled(records.subarray(first, end)),
      { template: input.nameTemplate, device, signal },
    )
    const names = nameResult && 'vectors' in nameResult ? nameResult : undefined
    const run = {
      backbone: backbone.identity,
      images: keys,
      labels,
      states: known,
      seed,
      device,
      takesOverFrom,
      wordVectors: wordVectors ?? (names && createHash('sha256').update(names.vectors).digest('hex')),
    }
    const checkpoints = await Checkpoints.open(cacheFolder, run)
    const source = sourceOf(reader, await readClassifier(backbone))
    if (input.lastStage) {
      const stage = await cutBackbone(backbone, input.backbone, cacheFolder)
      trunk = await openTrunkFeatures(backbone, stage, cacheFolder, keys)
    }
    const result = await fineTune(
      {
        source,
        records,
        states: known,
        labelNames: labels.map(({ name }) => name),
        wordVectors,
        names,
      },
      { seed, device, signal, checkpoints, lastStage: trunk?.source, onProgress: (report) => progress?.(report) },
    )
    if (!result.probabilities.every(Number.isFinite)) throw notFinite(device)
    signal?.throwIfAborted()
    const labelIds = result.learnt.map((label) => labels[label].id)
    const knownOfLearnt = takeColumns({ states: known, labels: labels.length }, result.learnt).states
    const file = path.posix.join('models', `${input.modelUid}.onnx`)
    await writeAtomically(path.join(cacheFolder, file), (handle) => handle.writeFile(result.model))
    const scores: Scores = {
      imageIds: Int32Array.from(images, ({ id }) => id),
      labelIds: Int32Array.from(labelIds),
      probabilities: byLabel(result.probabilities, labelIds.length, rows, images.length),
    }
    // Before the scores, so that a model that has scores is complete.
    await writeSuggester(suggesterFile(cacheFolder, input.modelUid), {
      imageIds: Int32Array.from(rows, (row) => images[row].id),
      keys,
      labelIds: scores.labelIds,
      states: knownOfLearnt,
      own: applyBlend(result.suggester.blend, result.sources),
      sources: result.sources,
      suggester: result.suggester,
      described: result.compared,
      ...{ folds, neighbours },
      features: featuresText({ backbone, trunk: result.lastStage?.kept ? trunk?.source.stage.trunk : undefined }),
    })
    await writeScores(scoresFile(cacheFolder, input.modelUid), scores)
    const gains = askGains({
      probabilities: result.probabilities,
      states: knownOfLearnt,
      labels: labelIds.length,
      near: await nearImages(await source.readPooled(records), source.channels, { seed, device, signal }),
      conditional: result.suggester.conditional,
    })
    await writeGains(gainsFile(cacheFolder, input.modelUid), {
      ...{ imageIds: scores.imageIds, labelIds: scores.labelIds },
      gains: byLabel(gains, labelIds.length, rows, images.length),
    })
    const before = input.modelBefore && (await ScoreTable.read(scoresFile(cacheFolder, input.modelBefore)))
    return {
      file,
      labelIds,
      metrics: result.metrics,
      labels: result.labels,
      withoutFeatures: images.length - rows.length,
      seconds: (performance.now() - begun) / 1000,
      resumed: checkpoints.resumed,
      comparison: before ? compareModels(before, new ScoreTable(scores), knownOf(input)) : undefined,
      lastStage: result.lastStage,
      names: nameResult && 'problem' in nameResult ? nameResult : result.names,
    }
  } finally {
    await trunk?.close()
    await reader.close()
  }
}

function knownOf({ images, labels, states }: TrainInput) {
  return { imageIds: images.map(({ id }) => id), labelIds: labels.map(({ id }) => id), states }
}

/** A backbone's cache as the source of features. */
export function sourceOf(reader: FeatureReader, classifier?: Classifier): FeatureSource {
  const { gridHeight, gridWidth, dimension } = reader.shape
  return {
    classifier,
    channels: dimension,
    positions: gridHeight * gridWidth,
    readPooled: (records) => reader.readPooled(records),
    readGrid: (records) => {
      const into = new Float16Array(records.length * gridHeight * gridWidth * dimension)
      return reader.readGrid(records, into).then(() => into)
    },
  }
}

/** Transposes [rows, labels] to [labels, images], with NaN for images without a row. @param rows the image of each row */
function byLabel(values: Float32Array, labels: number, rows: readonly number[], images: number): Float32Array {
  const columns = new Float32Array(images * labels).fill(Number.NaN)
  rows.forEach((row, i) => {
    for (let label = 0; label < labels; label++) columns[label * images + row] = values[i * labels + label]
  })
  return columns
}
