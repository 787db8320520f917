import path from 'node:path'
import { fileNameOf } from '../base/places.ts'
import { SafeTensorsFile, type TensorData, writeSafeTensors } from '../base/safetensors.ts'
import type { Conditional } from './conditional.ts'
import type { Sources, Suggester } from './suggester.ts'

/** What is kept beside the scores of a model, so that its suggestions can follow marks and give their reasons. */
export interface KeptSuggester {
  /** Of the images with features, rising, [M] */
  imageIds: Int32Array
  /** SHA-256 of each, as it was trained on: hexadecimal, [M] */
  keys: readonly string[]
  /** [C] */
  labelIds: Int32Array
  /** y at the click, row-major M×C: 1, -1, 0 */
  states: Int8Array
  /** s, the blend's log odds, row-major M×C */
  own: Float32Array
  /** What was blended: log odds by name, row-major M×C each. */
  sources: Sources
  suggester: Suggester
  /** What images were compared by, row-major M×S; kept in half precision. */
  described: Float32Array
  /** Where the features come from, in words of whoever writes and reads this file: nothing here looks into it. */
  features: string
  /** Into how many parts the known labels were dealt, each held out once. */
  folds: number
  /** How many of the nearest images each one was compared with, at most. */
  neighbours: number
}

/** Of files that don't say: it was the same for all of them. */
const unsaid = { folds: 3, neighbours: 400 }

/** Bytes of a SHA-256 */
const keyBytes = 32

export function suggesterFile(cacheFolder: string, modelUid: string): string {
  return path.join(cacheFolder, 'models', `${fileNameOf(modelUid)}.suggester.safetensors`)
}

/** Writes it whole or not at all. */
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
        shape: [conditional.speakers.length],
        data: Int32Array.from(conditional.speakers),
      },
      'conditional.weights': floats(conditional.weights, labels, 2 * conditional.speakers.length),
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

/** What re-scoring needs in memory: 5 bytes for each image and label. */
export interface RescoringData {
  imageIds: Int32Array
  labelIds: Int32Array
  states: Int8Array
  own: Float32Array
  conditional: Conditional
}

/** @returns undefined if the file is gone or damaged, or the model is of before such files were kept */
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
        speakers: Array.from(await opened.read('conditional.speakers')),
        weights: await floats('conditional.weights'),
        scale: await floats('conditional.scale'),
        shift: await floats('conditional.shift'),
      },
    }
  } finally {
    await opened.close()
  }
}

/** What was blended for one entry, and how. */
export interface BlendedEntry {
  names: string[]
  /** Log odds of each source, [P] */
  logOdds: Float32Array
  /** Weights of the sources and a constant, [P + 1] */
  weights: Float32Array
}

/** @param row, column of the entry, in the order of the file */
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

/** All that a blend is fitted on: what was known at the click, and what each source said of it. */
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

/** @throws an Error if it is no count: the file is none of ours */
function numberIn({ metadata }: SafeTensorsFile, name: keyof typeof unsaid): number {
  const said = metadata[name]
  const count = said === undefined ? unsaid[name] : Number(said)
  if (Number.isSafeInteger(count) && count > 0) return count
  throw new Error(`The suggester’s file says ${name} = ${said}.`)
}

async function keysIn(opened: SafeTensorsFile, images: number): Promise<string[]> {
  const hex = Buffer.from((await opened.read('keys')) as Uint8Array).toString('hex')
  return Array.from({ length: images }, (_, i) => hex.slice(2 * keyBytes * i, 2 * keyBytes * (i + 1)))
}

/** The images that a model was trained on, and what they are compared by. */
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
    // Scores can do without; a new training writes it anew.
    if (code === 'ENOENT' || code === 'not-safetensors') return undefined
    throw error
  }
}

/** [M, P, C]: one image's numbers lie together, so that one read finds them. */
function sideBySide(columns: readonly Float32Array[], images: number, labels: number): TensorData {
  const result = new Float32Array(images * columns.length * labels)
  for (let row = 0; row < images; row++) {
    columns.forEach((column, i) => {
      result.set(column.subarray(row * labels, (row + 1) * labels), (row * columns.length + i) * labels)
    })
  }
  return result
}
