import { readFile } from 'node:fs/promises'
import { UserError } from '../../base/errors.ts'
import { decodeModel } from '../../tensor/onnx/format.ts'
import type { ValueInfo } from '../../tensor/run/session.ts'
import type { BackboneInput } from '../backbone.ts'
import { defaultSize, type NormalisationFrom, type RegistryEntry } from '../list/registry.ts'
import { normalisationOf } from '../pixels/normalisation.ts'
import { usableHint } from './outputs.ts'
import { readPreprocessorFile } from './preprocessorFile.ts'
import { readStem, type Stem } from './stem.ts'

/** Sizes tried in this order if neither the model nor the user gives one: many models that claim any size accept only one. */
export const openSizes: readonly number[] = [defaultSize, 224, 256, 336, 448, 512, 518]

export interface ReadInput {
  input: BackboneInput
  normalisationFrom: NormalisationFrom | undefined
  /** Whether the input size is unknown. */
  isSizeOpen: boolean
}

/**
 * Determines the model's input from its declared sizes, its first nodes, and files beside it.
 * @param source the user's file that the model was made from, whose neighbouring files count
 * @throws UserError `backbone-input`, `backbone-size`
 */
export async function inputOf(
  inputs: readonly ValueInfo[],
  model: RegistryEntry,
  source = model.file,
): Promise<ReadInput> {
  const { name, type, shape } = imageAmong(inputs, source)
  if (type !== 'float32' && type !== 'float16' && type !== 'uint8') {
    throw new UserError(
      'backbone-input',
      `This model takes images as ${type}, which Surmise can’t provide: ${source}`,
      usableHint,
    )
  }
  const stated = shape[1] === 3 ? 'nchw' : shape[3] === 3 ? 'nhwc' : undefined
  const isSaid = model.mean !== undefined || model.std !== undefined || type === 'uint8'
  // Reads the weights only if they can answer something.
  const stem: Partial<Stem> = isSaid && stated ? {} : stemOf(await readFile(model.file), name)
  const isOpen = typeof shape[1] === 'string' && typeof shape[3] === 'string'
  // If all sizes are open, channels come first, as with all common exporters.
  const layout = stated ?? (isOpen ? (stem.layout ?? 'nchw') : undefined)
  if (!layout) {
    throw new UserError(
      'backbone-input',
      `This model doesn’t take colour images: ${source} takes [${shape.join(', ')}].`,
      usableHint,
    )
  }
  const beside = await readPreprocessorFile(source)
  const [fixedHeight, fixedWidth] = layout === 'nchw' ? shape.slice(2) : shape.slice(1, 3)
  const [wantedWidth, wantedHeight] = sidesOf(model.size)
  const [besideWidth, besideHeight] = sidesOf(beside.size)
  const sideOf = (fixed: number | string, wanted: number | undefined, usual: number | undefined): number => {
    if (typeof fixed !== 'number') return wanted ?? usual ?? defaultSize
    if (wanted === undefined || wanted === fixed) return fixed
    throw new UserError(
      'backbone-size',
      `This model takes images of ${fixedWidth} × ${fixedHeight} pixels only, not of ${wantedWidth} × ${wantedHeight}: ${source}`,
      'Leave the size out.',
    )
  }
  const isSizeOpen = [fixedHeight, fixedWidth].every((side) => typeof side !== 'number') && !model.size && !beside.size
  const { mean, std, from } = normalisationFor(model, type, stem, beside)
  const input: BackboneInput = {
    ...{ name, type, layout },
    width: sideOf(fixedWidth, wantedWidth, besideWidth),
    height: sideOf(fixedHeight, wantedHeight, besideHeight),
    batch: typeof shape[0] === 'number' && shape[0] > 0 ? shape[0] : null,
    ...{ mean, std },
  }
  return { input, normalisationFrom: from, isSizeOpen }
}

/** If our reader can't parse a file that ONNX Runtime accepts, its first nodes stay unknown. */
function stemOf(bytes: Uint8Array, input: string): Partial<Stem> {
  try {
    return readStem(decodeModel(bytes), input)
  } catch {
    return {}
  }
}

const sidesOf = (size: RegistryEntry['size']): number[] => (typeof size === 'number' ? [size, size] : (size ?? []))

/** @throws UserError `backbone-input` */
function imageAmong(inputs: readonly ValueInfo[], file: string): ValueInfo {
  const [image, ...others] = inputs.filter(({ shape }) => shape.length === 4)
  if (image && others.length === 0 && inputs.length === 1) return image
  const list = inputs.map(({ name, type, shape }) => `${name} (${type} [${shape.join(', ')}])`).join(', ')
  const isText = inputs.length > 0 && inputs.every(({ type, shape }) => /^int(32|64)$/.test(type) && shape.length <= 2)
  if (isText) {
    throw new UserError(
      'backbone-input',
      `This is a text model and doesn’t take images: ${file} takes ${list}.`,
      'Choose its image encoder, often a file with “vision” or “visual” in its name.',
    )
  }
  const asksForText = image && others.length === 0 && inputs.some(({ name }) => name === 'input_ids')
  if (asksForText) {
    throw new UserError(
      'backbone-input',
      `This file holds a text encoder beside the image encoder, and runs only with both an image and a text: ${file} takes ${list}.`,
      'Choose the image encoder alone, often a file with “vision” or “visual” in its name.',
    )
  }
  const what = inputs.length > 1 && image ? 'needs more than one image' : 'doesn’t take an image'
  throw new UserError('backbone-input', `This model ${what}: ${file} takes ${list || 'nothing'}.`, usableHint)
}

function normalisationFor(
  model: RegistryEntry,
  type: BackboneInput['type'],
  stem: Partial<Stem>,
  beside: Awaited<ReturnType<typeof readPreprocessorFile>>,
): { mean: BackboneInput['mean']; std: BackboneInput['std']; from: NormalisationFrom | undefined } {
  const half = normalisationOf('half')
  if (model.mean || model.std) {
    return { mean: model.mean ?? half.mean, std: model.std ?? half.std, from: model.normalisationFrom }
  }
  // Bytes are passed on unchanged.
  if (type === 'uint8') return { ...half, from: model.normalisationFrom ?? 'graph' }
  if (stem.normalisation) return { ...stem.normalisation, from: 'graph' }
  if (beside.mean && beside.std) return { mean: beside.mean, std: beside.std, from: 'preprocessor' }
  return { ...half, from: model.normalisationFrom }
}
