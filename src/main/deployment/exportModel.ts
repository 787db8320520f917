import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { type Backbone, identityOf } from '../backbone/backbone.ts'
import { showsEnds, showsTiles } from '../backbone/pixels/views.ts'
import { UserError } from '../base/errors.ts'
import { placeBelow } from '../base/places.ts'
import { RandomState } from '../base/random.ts'
import { hasKnown, takeRows } from '../domain/labelMatrix.ts'
import { State } from '../domain/state.ts'
import type { Job } from '../images/job.ts'
import { logistic } from '../suggestions/logistic.ts'
import { readTrainedOn, suggesterFile, type TrainedOn } from '../suggestions/suggesterFile.ts'
import type { ModelMessage } from '../tensor/onnx/format.ts'
import { modelBytes } from '../tensor/onnx/joinModels.ts'
import { type Tensor, tensorOf } from '../tensor/run/session.ts'
import { type KeptFeatures, keptFeatures } from '../training/heads/evidence.ts'
import { dealFolds } from '../training/heads/folds.ts'
import { heldOutMeanAveragePrecision } from '../training/measure/heldOut.ts'
import { assemble, withoutFoldLogits } from './assemble.ts'
import {
  type Agreement,
  cardSummary,
  type ModelCard,
  metadataOf,
  modelCard,
  type PrecisionLoss,
  type Provenance,
} from './card.ts'
import { readWithWeights } from './externalWeights.ts'
import { blendQuality, fitImageBlend, imageLogOdds } from './imageBlend.ts'
import {
  type Feeder,
  featureFeeder,
  type HeldOutLogits,
  heldOutLogits,
  type ImageFile,
  imageFeeder,
} from './measure.ts'
import { portable } from './portable.ts'
import { inPrecision, type Precision } from './smaller.ts'
import { writeModelFiles } from './writeModel.ts'
import { writeTriton } from './writeTriton.ts'

export interface ExportModelInput {
  /** The project's, absolute. */
  cacheFolder: string
  modelUid: string
  /** The model as ONNX, relative to the cache folder. */
  modelFile: string
  /** The names of the model's labels, in the order of its outputs. */
  names: string[]
  /** The images that can be read. */
  images: { path: string; sha256: string }[]
  /** The folder that their paths are relative to, absolute. */
  imagesRoot: string
  /** The ONNX file to write, or the folder of a model repository; absolute. */
  target: string
  /** The model's name */
  name: string
  layout: 'onnx' | 'triton'
  withBackbone: boolean
  precision: Precision
  provenance: Provenance
}

export interface ExportModelResult {
  files: string[]
  /** The size of the ONNX file. */
  bytes: number
  card: ModelCard
  /** The main facts about it, in sentences. */
  summary: string[]
}

export interface ExportModelProgress {
  phase: 'joining' | 'checking' | 'measuring' | 'writing'
  /** 0 … 1 */
  fraction: number
}

/** The number of images on which the exported model is compared with the program's own numbers. */
const comparedImages = 16
/** The number of labelled images on which the loss of precision is measured. */
const measuredImages = 400

/**
 * Writes the recogniser as a model for other programs: backbone, heads, networks, blend and calibration in one ONNX graph, checked
 * against the program's own numbers, with a model card.
 * @throws UserError `model-unusable`, `backbone-missing`, `backbone-changed`, `export-views`, `operator-set`, `model-too-large`,
 *   `model-unreadable`; what the file system throws; the signal's reason
 */
export async function exportModel(
  input: ExportModelInput,
  { signal, progress }: Job<ExportModelProgress> = {},
): Promise<ExportModelResult> {
  progress?.({ phase: 'joining', fraction: 0 })
  const { cacheFolder, names, withBackbone, precision, provenance } = input
  const kept = await readTrainedOn(suggesterFile(cacheFolder, input.modelUid))
  const headFile = placeBelow(cacheFolder, input.modelFile)
  if (!kept || !existsSync(headFile)) throw unusable()
  const features = keptFeatures(kept.features)
  if (withBackbone) await requireBackbone(features)
  const labels = names.length
  const { sources, states } = kept
  const blend = fitImageBlend(sources, states, labels)
  const { folds } = kept
  const fitting = { folds, seed: provenance.seed }
  const quality = blendQuality(sources, states, names, blend.shifts, fitting)
  const fold = dealFolds(states, labels, folds, provenance.seed)
  signal?.throwIfAborted()
  const parts = {
    ...features,
    backboneModel: withBackbone ? await readWithWeights(features.backbone.file) : undefined,
    head: await readFile(headFile),
    blend,
    folds,
  }
  const whole = await portable(assemble(parts, {}), withBackbone ? { image: blankImage(features.backbone) } : {})

  progress?.({ phase: 'checking', fraction: 0.2 })
  const feeding = { input, kept, features }
  const drawn = (count: number, needsLabels: boolean) => drawnImages(feeding, labels, count, needsLabels)
  const own = imageLogOdds(blend, sources)
  const check = drawn(comparedImages, false)
  const agreement = agreementOf(
    await heldOutLogits(modelBytes(whole), await feederOf(feeding, check), fold, labels, { signal }),
    own,
    labels,
  )
  const reduced = inPrecision(whole, precision)
  const loss = await lossOf(reduced)

  progress?.({ phase: 'writing', fraction: 0.95 })
  const card = modelCard({
    ...{ name: input.name, provenance, names, states, blend, quality, ...features },
    ...{ included: withBackbone, precision, loss, agreement },
  })
  const described = withMetadata(withoutFoldLogits(reduced), metadataOf(card))
  const model = modelBytes({ ...described, producer_version: provenance.appVersion })
  signal?.throwIfAborted()
  const written = { model, card, ...features, target: input.target }
  const files = input.layout === 'onnx' ? await writeModelFiles(written) : await writeTriton(written)
  return { files, bytes: model.length, card, summary: cardSummary(card) }

  async function lossOf(reduced: ModelMessage): Promise<PrecisionLoss | null> {
    if (precision === 'float32') return null
    const images = drawn(measuredImages, true)
    const run = async (message: ModelMessage, from: number): Promise<HeldOutLogits> =>
      heldOutLogits(modelBytes(message), await feederOf(feeding, images), fold, labels, {
        signal,
        onDone: (done) => progress?.({ phase: 'measuring', fraction: from + (0.35 * done) / images.length }),
      })
    const full = await run(whole, 0.25)
    return full.size === 0 ? null : lossBetween(full, await run(reduced, 0.6), states, labels)
  }
}

interface Feeding {
  input: ExportModelInput
  kept: TrainedOn
  features: KeptFeatures
}

function feederOf({ input, features }: Feeding, images: readonly ImageFile[]): Feeder | Promise<Feeder> {
  if (input.withBackbone) return imageFeeder(features.backbone, images, input.imagesRoot)
  return featureFeeder(input.cacheFolder, features.backbone, features.trunk, images)
}

/** A random selection of readable images that the model was trained on. */
function drawnImages({ input, kept }: Feeding, labels: number, count: number, needsLabels: boolean): ImageFile[] {
  const pathOf = new Map(input.images.map(({ path: file, sha256 }) => [sha256, file]))
  const rows = new RandomState(0).shuffle(Int32Array.from(kept.keys, (_, row) => row))
  const found: ImageFile[] = []
  for (const row of rows) {
    const sha256 = kept.keys[row]
    const file = pathOf.get(sha256)
    // Without the backbone, cached features are enough.
    if (file === undefined && input.withBackbone) continue
    if (needsLabels && !hasKnown({ states: kept.states, labels }, row)) continue
    found.push({ row, sha256, path: file ?? '' })
    if (found.length === count) break
  }
  return found
}

function agreementOf(logits: HeldOutLogits, own: Float32Array, labels: number): Agreement | null {
  if (logits.size === 0) return null
  let [probabilities, largest] = [0, 0]
  for (const [row, theirs] of logits) {
    theirs.forEach((z, label) => {
      const ours = own[row * labels + label]
      largest = Math.max(largest, Math.abs(z - ours))
      probabilities = Math.max(probabilities, Math.abs(logistic(z) - logistic(ours)))
    })
  }
  return { images: logits.size, probabilities, logits: largest }
}

function lossBetween(full: HeldOutLogits, reduced: HeldOutLogits, states: Int8Array, labels: number): PrecisionLoss {
  const rows = [...full.keys()]
  const truth = takeRows(states, labels, rows)
  const scores = (of: HeldOutLogits): Float32Array => Float32Array.from(rows.flatMap((row) => [...of.get(row)!]))
  const [before, after] = [scores(full), scores(reduced)]
  const quality = (of: Float32Array): number | null => {
    const mAP = heldOutMeanAveragePrecision(of, truth, labels)
    return Number.isFinite(mAP) ? mAP : null
  }
  let [entries, largestDifference] = [0, 0]
  truth.forEach((state, at) => {
    if (state === State.unknown) return
    entries++
    largestDifference = Math.max(largestDifference, Math.abs(logistic(before[at]) - logistic(after[at])))
  })
  return { images: rows.length, entries, mAP: { full: quality(before), reduced: quality(after) }, largestDifference }
}

function blankImage({ input }: Backbone): Tensor {
  const count = input.batch ?? 1
  const shape = [count, 3, input.height, input.width]
  return tensorOf('float32', new Float32Array(count * 3 * input.height * input.width), shape)
}

function withMetadata(message: ModelMessage, metadata: Record<string, string>): ModelMessage {
  return { ...message, metadata_props: Object.entries(metadata).map(([key, value]) => ({ key, value })) }
}

/** @throws UserError `export-views`, `backbone-missing`, `backbone-changed` */
export async function requireBackbone({ backbone }: KeptFeatures): Promise<void> {
  if (showsEnds(backbone.views) || showsTiles(backbone.views)) {
    throw new UserError(
      'export-views',
      'The model was trained on views of image parts at their own resolution, which a single image tensor can’t provide.',
      'Embed with --views flip or none and train again, or export only the recogniser (--no-backbone).',
    )
  }
  if (!existsSync(backbone.file)) {
    throw new UserError(
      'backbone-missing',
      `The backbone file is missing: ${backbone.file}`,
      'Put it back, or export only the recogniser (--no-backbone).',
    )
  }
  if ((await identityOf(backbone)) === backbone.identity) return
  throw new UserError(
    'backbone-changed',
    `The backbone file isn’t the one the model was trained with: ${backbone.file}`,
    'Restore the original file, or train again.',
  )
}

export function unusable(): UserError {
  return new UserError('model-unusable', 'The files of this model are lost, so it can’t be exported.', 'Train again.')
}
