import path from 'node:path'
import { fileNameOf } from '../base/places.ts'
import { SafeTensorsFile, type TensorData, writeSafeTensors } from '../base/safetensors.ts'
import type { Conditional } from './conditional.ts'
import type { Sources, Suggester } from './suggester.ts'

/** What is kept beside a model's scores, so that its suggestions can be updated after marks and explained. */
export interface KeptSuggester {
  /** The images with features, ascending, [M] */
  imageIds: Int32Array
  /** SHA-256 of each image as trained on, hexadecimal, [M] */
  keys: readonly string[]
  /** [C] */
  labelIds: Int32Array
  /** y at the time of training, row-major M×C: 1, -1, 0 */
  states: Int8Array
  /** s, the blend's log odds, row-major M×C */
  own: Float32Array
  /** The blended sources: log odds by name, row-major M×C each. */
  sources: Sources
  suggester: Suggester
  /** The vectors that images are compared by, row-major M×S; stored in half precision. */
  described: Float32Array
  /** Where the features come from; opaque here. */
  features: string
  /** The number of folds, each held out once. */
  folds: number
  /** The number of nearest images that each image was compared with, at most. */
  neighbours: number
}

/** For files written before these were recorded, when they were constants. */
const defaults = { folds: 3, neighbours: 400 }

/** Bytes of a SHA-256 */
const keyBytes = 32

export function suggesterFile(cacheFolder: string, modelUid: string): string {
  return path.join(cacheFolder, 'models', `${fileNameOf(modelUid)}.suggester.safetensors`)
}

/** Writes it atomically. */
export async function writeSuggester(file: string, kept: KeptSuggester): Promise<void> {
  const { imageIds, keys, labelIds, states, own, suggester, described } = kept
  const { blend, conditional } = suggester
  const [images, labels] = [imageIds.length, labelIds.length]
  const perLabel = blend.sources.length + 1
  const floats = (data: ArrayLike<number>, ...shape: number[]) => ({ shape, data: Float32Array.from(data) })
  await writeSafeTensors(
    file,
    {
      imageIds: { shape: [images], data: Int32Array.from(imageIds) },
      keys: { shape: [images, keyBytes], data: new Uint8Array(Buffer.from(keys.join(''), 'hex')) },
      labelIds: { shape: [labels], data: Int32Array.from(labelIds) },
      states: { shape: [images, labels], data: Int8Array.from(states) },
      own: floats(own, images, labels),
      sources: {
        shape: [images, blend.sources.length, labels],
        data: sideBySide(
          blend.sources.map((name) => kept.sources[name]),
          images,
          labels,
        ),
      },
      'blend.weights': floats(blend.weights.flat(), labels, perLabel),
      'conditional.speakers': {
        shape: [conditional.predictors.length],
        data: Int32Array.from(conditional.predictors),
      },
      'conditional.weights': floats(conditional.weights, labels, 2 * conditional.predictors.length),
      'conditional.scale': floats(conditional.scale, labels),
      'conditional.shift': floats(conditional.shift, labels),
      described: { shape: [images, described.length / images], data: new Float16Array(described) },
    },
    {
      sources: JSON.stringify(blend.sources),
      features: kept.features,
      folds: String(kept.folds),
      neighbours: String(kept.neighbours),
    },
  )
}

/** What rescoring needs in memory: 5 bytes for each image and label. */
export interface RescoringData {
  imageIds: Int32Array
  labelIds: Int32Array
  states: Int8Array
  own: Float32Array
  conditional: Conditional
}

/** @returns undefined if the file is gone or damaged, or the model is older than such files */
export async function readRescoring(file: string): Promise<RescoringData | undefined> {
  const opened = await openIfThere(file)
  if (!opened) return undefined
  try {
    const floats = (name: string) => opened.read(name) as Promise<Float32Array>
    return {
      imageIds: (await opened.read('imageIds')) as Int32Array,
      labelIds: (await opened.read('labelIds')) as Int32Array,
      states: (await opened.read('states')) as Int8Array,
      own: await floats('own'),
      conditional: {
        predictors: Array.from(await opened.read('conditional.speakers')),
        weights: await floats('conditional.weights'),
        scale: await floats('conditional.scale'),
        shift: await floats('conditional.shift'),
      },
    }
  } finally {
    await opened.close()
  }
}

/** The blend's inputs and weights for one entry. */
export interface BlendedEntry {
  names: string[]
  /** Log odds of each source, [P] */
  logOdds: Float32Array
  /** Weights of the sources and a constant, [P + 1] */
  weights: Float32Array
}

/** @param row, column the entry's, in the file's order */
export async function readBlended(file: string, row: number, column: number): Promise<BlendedEntry> {
  const opened = await SafeTensorsFile.open(file)
  try {
    const [, sources, labels] = opened.shapeOf('sources')
    const ofImage = await opened.read('sources', row * sources * labels, sources * labels)
    return {
      names: JSON.parse(opened.metadata.sources),
      logOdds: Float32Array.from({ length: sources }, (_, i) => ofImage[i * labels + column]),
      weights: (await opened.read('blend.weights', column * (sources + 1), sources + 1)) as Float32Array,
    }
  } finally {
    await opened.close()
  }
}

/** What a blend is fitted on: the labels known at the time of training, and each source's scores. */
export type TrainedOn = Pick<
  KeptSuggester,
  'imageIds' | 'keys' | 'labelIds' | 'states' | 'sources' | 'features' | 'folds'
>

/** @returns undefined if the file is gone or damaged */
export async function readTrainedOn(file: string): Promise<TrainedOn | undefined> {
  const opened = await openIfThere(file)
  if (!opened) return undefined
  try {
    const [images, count, labels] = opened.shapeOf('sources')
    const all = (await opened.read('sources')) as Float32Array
    const names: string[] = JSON.parse(opened.metadata.sources)
    const columns = names.map((_, i) => {
      const column = new Float32Array(images * labels)
      for (let row = 0; row < images; row++) {
        const from = (row * count + i) * labels
        column.set(all.subarray(from, from + labels), row * labels)
      }
      return column
    })
    const imageIds = (await opened.read('imageIds')) as Int32Array
    return {
      imageIds,
      keys: await keysIn(opened, imageIds.length),
      labelIds: (await opened.read('labelIds')) as Int32Array,
      states: (await opened.read('states')) as Int8Array,
      sources: Object.fromEntries(names.map((name, i) => [name, columns[i]])),
      features: opened.metadata.features,
      folds: numberIn(opened, 'folds'),
    }
  } finally {
    await opened.close()
  }
}

/** @throws an Error if it isn't a positive integer, which we never write */
function numberIn({ metadata }: SafeTensorsFile, name: keyof typeof defaults): number {
  const text = metadata[name]
  const count = text === undefined ? defaults[name] : Number(text)
  if (Number.isSafeInteger(count) && count > 0) return count
  throw new Error(`The suggester’s file says ${name} = ${text}.`)
}

async function keysIn(opened: SafeTensorsFile, images: number): Promise<string[]> {
  const hex = Buffer.from((await opened.read('keys')) as Uint8Array).toString('hex')
  return Array.from({ length: images }, (_, i) => hex.slice(2 * keyBytes * i, 2 * keyBytes * (i + 1)))
}

/** The images that a model was trained on, and the vectors they are compared by. */
export async function readImages(
  file: string,
): Promise<Pick<KeptSuggester, 'imageIds' | 'keys' | 'described' | 'features' | 'neighbours'>> {
  const opened = await SafeTensorsFile.open(file)
  try {
    const imageIds = (await opened.read('imageIds')) as Int32Array
    return {
      imageIds,
      keys: await keysIn(opened, imageIds.length),
      described: new Float32Array(await opened.read('described')),
      features: opened.metadata.features,
      neighbours: numberIn(opened, 'neighbours'),
    }
  } finally {
    await opened.close()
  }
}

async function openIfThere(file: string): Promise<SafeTensorsFile | undefined> {
  try {
    return await SafeTensorsFile.open(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Scores are usable without it, and the next training writes a new one.
    if (code === 'ENOENT' || code === 'not-safetensors') return undefined
    throw error
  }
}

/** Interleaves sources to [M, P, C], so that one image's numbers can be read at once. */
function sideBySide(columns: readonly Float32Array[], images: number, labels: number): TensorData {
  const result = new Float32Array(images * columns.length * labels)
  for (let row = 0; row < images; row++) {
    columns.forEach((column, i) => {
      result.set(column.subarray(row * labels, (row + 1) * labels), (row * columns.length + i) * labels)
    })
  }
  return result
}
