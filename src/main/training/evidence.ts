import path from 'node:path'
import type { Backbone } from '../backbone/backbone.ts'
import { FeatureReader } from '../backbone/featureReader.ts'
import { UserError } from '../base/errors.ts'
import { nearestImages } from '../suggestions/neighbours.ts'
import { readImages, suggesterFile } from '../suggestions/suggesterFile.ts'
import { Session, tensorOf } from '../tensor/session.ts'
import { unitVectors } from './features.ts'
import { neighbours } from './fineTune.ts'

export interface EvidenceInput {
  /** The project's, absolute. */
  cacheFolder: string
  modelUid: string
  /** The model as ONNX, relative to the cache folder. */
  modelFile: string
  imageId: number
}

/** What an image is judged by, beside its own numbers. */
export interface Evidence {
  /** The nearest images, by cosine of their pooled features, as training compared them; the nearest first. */
  nearest: { imageIds: Int32Array; similarities: Float32Array }
  /** α, [C, L] row-major (METHOD 1, decoupling): the mean of the networks */
  attention: Float32Array
  /** L = height · width: the grid covers the whole image. */
  grid: { height: number; width: number }
}

/**
 * Looks up one image's evidence in the feature cache, for all labels.
 * @throws UserError `features-missing` if the features that the model was trained on are gone, `model-unreadable`
 */
export async function imageEvidence(
  { cacheFolder, modelUid, modelFile, imageId }: EvidenceInput,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Evidence> {
  const { imageIds, keys, pooled, backbone } = await readImages(suggesterFile(cacheFolder, modelUid))
  const reader = await FeatureReader.open(cacheFolder, JSON.parse(backbone) as Backbone)
  if (!reader) throw featuresMissing()
  try {
    const { gridHeight: height, gridWidth: width, dimension } = reader.shape
    const key = keys[imageIds.indexOf(imageId)]
    if (key === undefined || !reader.has(key)) throw featuresMissing()
    const rows = Array.from(keys.keys()).filter((row) => reader.has(keys[row]))
    const unit = await reader.readPooled(reader.recordsOf(rows.map((row) => keys[row])))
    unitVectors(unit, pooled)
    const own = rows.findIndex((row) => imageIds[row] === imageId) * dimension
    const query = unit.slice(own, own + dimension)
    const near = await nearestImages(query, unit, dimension, neighbours, { device: 'cpu', signal })

    const record = reader.recordsOf([key])
    const grid = await reader.readGrid(record, new Float16Array(height * width * dimension))
    const vector = await reader.readPooled(record, new Float16Array(dimension))
    signal?.throwIfAborted()
    const session = await Session.open(path.join(cacheFolder, modelFile))
    try {
      const feeds = {
        grid: tensorOf('float16', grid, [1, height * width, dimension]),
        pooled: tensorOf('float16', vector, [1, dimension]),
      }
      const { attention } = await session.run(feeds, ['attention'])
      return {
        nearest: {
          imageIds: near.places.map((place) => imageIds[rows[place]]),
          similarities: near.similarities,
        },
        attention: attention.data as Float32Array,
        grid: { height, width },
      }
    } finally {
      await session.close()
    }
  } finally {
    await reader.close()
  }
}

function featuresMissing(): UserError {
  return new UserError(
    'features-missing',
    'The features that the model was trained on are gone.',
    'Fine-tune again: that makes them anew.',
  )
}
