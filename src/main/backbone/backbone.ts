import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import type { NormalisationFrom } from './list/registry.ts'
import type { Views } from './pixels/views.ts'

/** The input that the model expects. */
export interface BackboneInput {
  name: string
  type: 'float32' | 'float16' | 'uint8'
  layout: 'nchw' | 'nhwc'
  width: number
  height: number
  /** Images per run if the model fixes it, otherwise null. */
  batch: number | null
  /** Per channel, for values in 0 … 1: (value - mean) / std. Not applied if the type is uint8. */
  mean: Channels
  std: Channels
}

export type Channels = [red: number, green: number, blue: number]

/** @param images images in one run */
export function inputShape({ layout, width, height }: BackboneInput, images: number): number[] {
  return layout === 'nchw' ? [images, 3, height, width] : [images, height, width, 3]
}

/** The output with the feature map: [N,D,H,W], [N,H,W,D], or a vision transformer's tokens [N,special + H·W,D]. */
export interface FeatureMap {
  output: string
  layout: 'nchw' | 'nhwc' | 'tokens'
  height: number
  width: number
  /** Class token and registers, which precede the patches. */
  specialTokens: number
}

/** The source of the vector for the whole image. */
export type PooledSource =
  | { from: 'output'; output: string }
  /** The mean over the positions of the feature map. */
  | { from: 'mean' }
  | { from: 'class token' }

/** A backbone that was inspected and can be used. Plain data, which can pass between processes. */
export interface Backbone {
  /** Its name in the registry, or the file's name. */
  name: string
  /** The ONNX file, absolute. */
  file: string
  fileBytes: number
  /** The user's file, if `file` was cut out of it. */
  whole?: string
  input: BackboneInput
  /** Null if the model outputs only a pooled vector, which is then the map's only position. */
  features: FeatureMap | null
  pooled: PooledSource
  /** D: channels of the features. */
  dimension: number
  /** Positions kept per image: the feature map, pooled to at most 7 × 7. */
  grid: Grid
  /** If left out, each image is looked at once, as it is. */
  views?: Views
  /** Images per run known to be fastest on a CPU; left out if unknown. */
  usualBatch?: number
  /** Equal identities mean equal features; it names their cache. Hexadecimal. */
  identity: string
  /** Where mean and std come from; left out if they are a guess. */
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

/** Increased when the same model would give other records, because decoding, resizing or pooling changes. */
const recordVersion = 1

/** Everything that determines the numbers in the cache. */
export async function identityOf(
  backbone: Omit<Backbone, 'identity' | 'name' | 'licence' | 'note' | 'whole' | 'usualBatch' | 'normalisationFrom'>,
): Promise<string> {
  const { input, features, pooled, dimension, grid, views } = backbone
  const model = await modelHashes(backbone.file)
  const facts = { recordVersion, model, input, features, pooled, dimension, grid, views }
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32)
}

/** SHA-256 of the model and of the weight files that large models keep beside it, each hexadecimal. */
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
