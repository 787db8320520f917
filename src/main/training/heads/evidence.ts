import type { Backbone } from '../../backbone/backbone.ts'
import { FeatureReader } from '../../backbone/cache/featureReader.ts'
import { UserError } from '../../base/errors.ts'
import { placeBelow } from '../../base/places.ts'
import { nearestImages } from '../../suggestions/neighbours.ts'
import { readImages, suggesterFile } from '../../suggestions/suggesterFile.ts'
import { Session, type Tensor, tensorOf } from '../../tensor/run/session.ts'

export interface EvidenceInput {
  /** The project's, absolute. */
  cacheFolder: string
  modelUid: string
  /** The model as ONNX, relative to the cache folder. */
  modelFile: string
  imageId: number
}

/** What a suggestion for an image rests on, to show to people. */
export interface Evidence {
  /** The nearest images by cosine, in the space that training compares them in; nearest first. */
  nearest: { imageIds: Int32Array; similarities: Float32Array }
  /** α, [C, L] row-major (METHOD 1, decoupling): the mean of the networks */
  attention: Float32Array
  /** L = height · width: the grid covers the whole image. */
  grid: { height: number; width: number }
}

/**
 * The evidence for one image and all labels, from what training kept and the feature cache.
 * @throws UserError `features-missing` if the features that the model was trained on are gone; `model-unreadable`
 */
export async function imageEvidence(
  { cacheFolder, modelUid, modelFile, imageId }: EvidenceInput,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Evidence> {
  const kept = await readImages(suggesterFile(cacheFolder, modelUid))
  const row = kept.imageIds.indexOf(imageId)
  if (row === -1) throw featuresMissing()
  const width = kept.described.length / kept.imageIds.length
  const query = kept.described.slice(row * width, (row + 1) * width)
  const near = await nearestImages(query, kept.described, width, kept.neighbours, { device: 'cpu', signal })
  const { backbone, trunk } = keptFeatures(kept.features)
  const { gridHeight, gridWidth, feeds } = await cachedFeatures(cacheFolder, backbone, trunk, kept.keys[row])
  signal?.throwIfAborted()
  const session = await Session.open(placeBelow(cacheFolder, modelFile))
  try {
    const { attention } = await session.run(feeds, ['attention'])
    return {
      nearest: { imageIds: near.places.map((place) => kept.imageIds[place]), similarities: near.similarities },
      attention: attention.data as Float32Array,
      grid: { height: gridHeight, width: gridWidth },
    }
  } finally {
    await session.close()
  }
}

/** Where a model's features come from. */
export interface KeptFeatures {
  backbone: Backbone
  /** The part of the backbone before its last stage, if that stage was trained too. */
  trunk: Backbone | undefined
}

/** For a model's file; `keptFeatures` reads it. */
export function featuresText(features: KeptFeatures): string {
  return JSON.stringify(features)
}

/** @param text from `featuresText` */
export function keptFeatures(text: string): KeptFeatures {
  const { backbone, trunk } = JSON.parse(text) as KeptFeatures
  return { backbone, trunk }
}

/** A recogniser's inputs for one image (see `recognizerModel`). @throws UserError `features-missing` */
async function cachedFeatures(cacheFolder: string, backbone: Backbone, trunk: Backbone | undefined, key: string) {
  const { shape, grid, pooled } = await readFeatures(cacheFolder, backbone, key)
  const { gridHeight, gridWidth, dimension } = shape
  const positions = gridHeight * gridWidth
  const feeds: Record<string, Tensor> = {
    grid: tensorOf('float16', grid, [1, positions, dimension]),
    pooled: tensorOf('float16', pooled, [1, dimension]),
  }
  if (trunk) {
    const before = await readFeatures(cacheFolder, trunk, key)
    const { gridHeight: height, gridWidth: width } = before.shape
    feeds.trunk = tensorOf('float16', before.grid, [1, height * width, before.shape.dimension])
  }
  return { gridHeight, gridWidth, feeds }
}

async function readFeatures(cacheFolder: string, backbone: Backbone, key: string) {
  const reader = await FeatureReader.open(cacheFolder, backbone)
  if (!reader) throw featuresMissing()
  try {
    if (!reader.has(key)) throw featuresMissing()
    const { shape } = reader
    const record = reader.recordsOf([key])
    const grid = new Float16Array(shape.gridHeight * shape.gridWidth * shape.dimension)
    return {
      shape,
      grid: await reader.readGrid(record, grid),
      pooled: await reader.readPooled(record, new Float16Array(shape.dimension)),
    }
  } finally {
    await reader.close()
  }
}

function featuresMissing(): UserError {
  return new UserError(
    'features-missing',
    'The features the model was trained on are gone.',
    'Fine-tune again to recompute them.',
  )
}
