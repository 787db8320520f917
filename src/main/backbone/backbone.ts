import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import type { NormalisationFrom } from './list/registry.ts'
import type { Views } from './pixels/views.ts'

/** How the pixels must be given to the model. */
export interface BackboneInput {
  name: string
  type: 'float32' | 'float16' | 'uint8'
  layout: 'nchw' | 'nhwc'
  width: number
  height: number
  /** Images a run: fixed by the model, or null. */
  batch: number | null
  /** Per channel, of values in 0 … 1: (value - mean) / std. Not applied if the type is uint8. */
  mean: Channels
  std: Channels
}

export type Channels = [red: number, green: number, blue: number]

/** @param images of one run */
export function inputShape({ layout, width, height }: BackboneInput, images: number): number[] {
  return layout === 'nchw' ? [images, 3, height, width] : [images, height, width, 3]
}

/** Where the feature map is: [N,D,H,W], [N,H,W,D], or the tokens [N,special + H·W,D] of a vision transformer. */
export interface FeatureMap {
  output: string
  layout: 'nchw' | 'nhwc' | 'tokens'
  height: number
  width: number
  /** Class token and registers, which come before the patches. */
  specialTokens: number
}

/** Where the vector of the whole image comes from. */
export type PooledSource =
  | { from: 'output'; output: string }
  /** The mean over the positions of the feature map. */
  | { from: 'mean' }
  | { from: 'class token' }

/** A backbone that was looked into and can be used. Plain data: it passes between processes. */
export interface Backbone {
  /** A name of the registry, or a file's. */
  name: string
  /** The ONNX file, absolute. */
  file: string
  fileBytes: number
  /** The file that a person gave, where `file` is what was cut out of it. */
  whole?: string
  input: BackboneInput
  /** Null if the model gives only a pooled vector; that vector is then the map's only position. */
  features: FeatureMap | null
  pooled: PooledSource
  /** D: channels of the features. */
  dimension: number
  /** Positions that are kept of an image: the feature map, pooled to at most 7 × 7. */
  grid: Grid
  /** Left out: each image is looked at once, as it is. */
  views?: Views
  /** Images a run that are known to be fastest on a processor; left out where nobody said. */
  usualBatch?: number
  /** Same identity, same features: it names their cache. Hexadecimal. */
  identity: string
  /** Where the input's mean and std are from; left out where nobody said. */
  normalisationFrom?: NormalisationFrom
  licence: string
  note: string
}

export interface Grid {
  height: number
  width: number
}

/** The paper's grid; a finer one costs space and time (METHOD 1). */
export const largestGrid = 7

/** Changed when the same model would give other records: another way to decode, to resize, to pool. */
const recordVersion = 1

/** All that decides which numbers are in the cache. */
export async function identityOf(
  backbone: Omit<Backbone, 'identity' | 'name' | 'licence' | 'note' | 'whole' | 'usualBatch' | 'normalisationFrom'>,
): Promise<string> {
  const { input, features, pooled, dimension, grid, views } = backbone
  const model = await modelHashes(backbone.file)
  const facts = { recordVersion, model, input, features, pooled, dimension, grid, views }
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32)
}

/** The SHA-256 of the model and of the weights that large models keep beside it, each hexadecimal. */
export function modelHashes(file: string): Promise<string[]> {
  const beside = [`${file}_data`, `${file}.data`, file.replace(/\.onnx$/i, '.data')]
  const files = [file, ...beside.filter((name) => name !== file && existsSync(name))]
  return Promise.all(files.map(hashFile))
}

async function hashFile(file: string): Promise<string> {
  const sha256 = createHash('sha256')
  for await (const part of createReadStream(file, { highWaterMark: 1024 * 1024 })) sha256.update(part)
  return sha256.digest('hex')
}
