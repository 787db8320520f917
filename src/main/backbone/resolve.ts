import { stat } from 'node:fs/promises'
import { UserError } from '../base/errors.ts'
import { Session, type Tensor, tensorOf, type ValueInfo } from '../tensor/session.ts'
import {
  type Backbone,
  type BackboneInput,
  type Channels,
  type FeatureMap,
  identityOf,
  largestGrid,
  type PooledSource,
} from './backbone.ts'
import { Preprocessor } from './preprocess.ts'
import { defaultSize, findModel, type RegistryEntry, withViews } from './registry.ts'

/** A shape beyond these is no image backbone that anyone made, and would fill the disk. */
const limits = { dimension: 16_384, positions: 65_536 }

const usableHint =
  'Choose an ONNX image model that gives a feature map [N,D,H,W], tokens [N,T,D] or a pooled vector [N,D].'

/**
 * Looks into a backbone: reads what the model says of its inputs and outputs, and runs it once on a grey image, since many
 * models know the sizes of their outputs only then.
 * @param specification a name of the registry or the path of an ONNX file; `@384` behind it chooses the input's size, `+flip` the views
 * @throws UserError `backbone-unknown`, `backbone-missing`, `backbone-not-onnx`, `backbone-unreadable`,
 *   `backbone-input`, `backbone-size`, `backbone-no-features`, `backbone-card-wrong`, `model-unsafe`
 */
export async function resolveBackbone(specification: string): Promise<Backbone> {
  const model = await findModel(specification)
  const session = await openModel(model)
  try {
    const input = inputOf(session.inputs, model)
    const shapes = await outputShapes(session, input, model)
    const features = featuresOf(shapes, input, model)
    const { pooled, dimension } = pooledOf(shapes, features, model)
    if (dimension > limits.dimension || (features && features.height * features.width > limits.positions)) {
      throw unusable(`Its features are too large: ${listOf(shapes)}.`, model)
    }
    const grid = {
      height: Math.min(largestGrid, features?.height ?? 1),
      width: Math.min(largestGrid, features?.width ?? 1),
    }
    const facts = {
      file: model.file,
      fileBytes: (await stat(model.file)).size,
      input,
      features,
      pooled,
      dimension,
      grid,
      views: model.views,
    }
    const { name, licence = '', note = '' } = model
    return { name: withViews(name, model.views ?? 'none'), licence, note, ...facts, identity: await identityOf(facts) }
  } finally {
    await session.close()
  }
}

async function openModel({ file }: RegistryEntry): Promise<Session> {
  const isFile = await stat(file).then(
    (facts) => facts.isFile(),
    () => false,
  )
  if (!isFile) {
    throw new UserError(
      'backbone-missing',
      `The backbone’s file is not there: ${file}`,
      'Say where it is, or choose another.',
    )
  }
  try {
    return await Session.open(file, { threads: 1 })
  } catch (error) {
    const code = error instanceof UserError ? error.code : undefined
    if (code === 'model-unsafe') throw error
    const words = error instanceof Error ? error.message : String(error)
    if (code === 'model-not-onnx' || /protobuf parsing failed|no graph was found/i.test(words)) {
      throw new UserError('backbone-not-onnx', `This file is not an ONNX model: ${file}`, usableHint, { cause: error })
    }
    throw new UserError('backbone-unreadable', `This backbone can’t be loaded: ${words}`, usableHint, { cause: error })
  }
}

function inputOf(inputs: readonly ValueInfo[], model: RegistryEntry): BackboneInput {
  const images = inputs.filter((input) => input.shape.length === 4)
  if (inputs.length !== 1 || images.length !== 1) {
    const list = inputs.map(({ name, type, shape }) => `${name} (${type} [${shape.join(', ')}])`).join(', ')
    throw new UserError(
      'backbone-input',
      `This model does not take an image alone: ${model.file} takes ${list || 'nothing'}.`,
      usableHint,
    )
  }
  const [{ name, type, shape }] = images
  if (type !== 'float32' && type !== 'float16' && type !== 'uint8') {
    throw new UserError(
      'backbone-input',
      `This model takes images as ${type}, which Surmise can’t give: ${model.file}`,
      usableHint,
    )
  }
  // Where all sizes are left open, the channels come first: so all common exporters have it.
  const open = typeof shape[1] === 'string' && shape[3] !== 3
  const layout = shape[1] === 3 || open ? 'nchw' : shape[3] === 3 ? 'nhwc' : undefined
  if (!layout) {
    throw new UserError(
      'backbone-input',
      `This model does not take colour images: ${model.file} takes [${shape.join(', ')}].`,
      usableHint,
    )
  }
  const [fixedHeight, fixedWidth] = layout === 'nchw' ? shape.slice(2) : shape.slice(1, 3)
  const [wantedWidth, wantedHeight] = typeof model.size === 'number' ? [model.size, model.size] : (model.size ?? [])
  const sideOf = (fixed: number | string, wanted: number | undefined): number => {
    if (typeof fixed !== 'number') return wanted ?? defaultSize
    if (wanted === undefined || wanted === fixed) return fixed
    throw new UserError(
      'backbone-size',
      `This model takes images of ${fixedWidth} × ${fixedHeight} pixels only, not of ${wantedWidth} × ${wantedHeight}: ${model.file}`,
      'Leave the size out.',
    )
  }
  const half: Channels = [0.5, 0.5, 0.5]
  return {
    name,
    type,
    layout,
    width: sideOf(fixedWidth, wantedWidth),
    height: sideOf(fixedHeight, wantedHeight),
    batch: typeof shape[0] === 'number' && shape[0] > 0 ? shape[0] : null,
    mean: model.mean ?? half,
    std: model.std ?? half,
  }
}

interface OutputShape {
  name: string
  shape: readonly number[]
}

/** Runs the model once. Only outputs of numbers that features can be. */
async function outputShapes(session: Session, input: BackboneInput, model: RegistryEntry): Promise<OutputShape[]> {
  const preprocessor = new Preprocessor(input)
  const images = input.batch ?? 1
  const values = preprocessor.allocate(images)
  if (input.type === 'uint8') values.fill(127)
  const shape = inputShape(input, images)
  let results: Record<string, Tensor>
  try {
    results = await session.run({ [input.name]: tensorOf(input.type, values, shape) })
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    throw new UserError(
      'backbone-size',
      `This model does not run on images of ${input.width} × ${input.height} pixels: ${model.file}: ${words}`,
      'Choose another size, as in FILE.onnx@224; many models need a multiple of 32, or of their patch size.',
      { cause: error },
    )
  }
  return Object.entries(results)
    .filter(([, tensor]) => tensor.type === 'float32' || tensor.type === 'float16')
    .filter(([, tensor]) => tensor.dims[0] === images)
    .map(([name, tensor]) => ({ name, shape: tensor.dims }))
}

/** @param images of one run */
export function inputShape({ layout, width, height }: BackboneInput, images: number): number[] {
  return layout === 'nchw' ? [images, 3, height, width] : [images, height, width, 3]
}

function featuresOf(shapes: readonly OutputShape[], input: BackboneInput, model: RegistryEntry): FeatureMap | null {
  const maps = shapes.filter(({ shape }) => shape.length === 4 || shape.length === 3)
  if (model.features !== undefined) {
    const named = maps.find(({ name }) => name === model.features)
    const map = named && asMap(named, input, model)
    if (map) return map
    throw unusable(`It has no feature map called “${model.features}”, but ${listOf(shapes)}.`, model)
  }
  // The deepest map has the fewest positions, but a single one is a pooled vector.
  const candidates = maps.map((output) => asMap(output, input, model)).filter((map) => map !== null)
  const named = candidates.find(({ output }) => output === 'features' || output === 'last_hidden_state')
  const positions = ({ height, width }: FeatureMap) => (height * width > 1 ? height * width : Number.POSITIVE_INFINITY)
  const bySize = candidates.toSorted((a, b) => positions(a) - positions(b))
  return named ?? bySize[0] ?? null
}

function asMap({ name: output, shape }: OutputShape, input: BackboneInput, model: RegistryEntry): FeatureMap | null {
  if (shape.length === 4) {
    // Positions lie as the input's sides do; channels don't.
    const nchw = { layout: 'nchw' as const, height: shape[2], width: shape[3] }
    const nhwc = { layout: 'nhwc' as const, height: shape[1], width: shape[2] }
    const ratio = input.height / input.width
    const off = ({ height, width }: { height: number; width: number }) => Math.abs(Math.log(height / width / ratio))
    const best = off(nhwc) < off(nchw) || (off(nhwc) === off(nchw) && input.layout === 'nhwc') ? nhwc : nchw
    return { output, specialTokens: 0, ...best }
  }
  const tokens = shape[1]
  const specials = model.specialTokens === undefined ? Array.from({ length: 17 }, (_, i) => i) : [model.specialTokens]
  for (const specialTokens of specials) {
    const height = Math.round(Math.sqrt(((tokens - specialTokens) * input.height) / input.width))
    const width = (tokens - specialTokens) / height
    const isGrid = height > 0 && Number.isInteger(width) && Math.abs(width / height - input.width / input.height) < 0.15
    if (isGrid) return { output, layout: 'tokens', height, width, specialTokens }
  }
  return null
}

const pooledNames = /^(pooled|pooler_output|pooled_output|embeddings?|image_embeds|image_features|features?)$/

function pooledOf(
  shapes: readonly OutputShape[],
  features: FeatureMap | null,
  model: RegistryEntry,
): { pooled: PooledSource; dimension: number } {
  const channels = features && channelsOf(shapes.find(({ name }) => name === features.output)!, features)
  const vectors = shapes.filter(({ shape }) => shape.slice(2).every((size) => size === 1) && shape.length >= 2)
  const wanted = vectors.find(({ name }) =>
    model.pooled === undefined ? pooledNames.test(name) : name === model.pooled,
  )
  if (model.pooled !== undefined && !wanted) {
    throw unusable(`It has no pooled vector called “${model.pooled}”, but ${listOf(shapes)}.`, model)
  }
  // A record's rows are of one length: a vector projected to another space can't stand beside the map.
  if (wanted && wanted.name !== features?.output && (channels === null || channels === wanted.shape[1])) {
    return { pooled: { from: 'output', output: wanted.name }, dimension: wanted.shape[1] }
  }
  if (channels === null) throw unusable(`Of what it gives, nothing is a feature map: ${listOf(shapes)}.`, model)
  return { pooled: { from: features!.specialTokens > 0 ? 'class token' : 'mean' }, dimension: channels }
}

function channelsOf({ shape }: OutputShape, { layout }: FeatureMap): number {
  return layout === 'nchw' ? shape[1] : shape[shape.length - 1]
}

function unusable(why: string, { file }: RegistryEntry): UserError {
  return new UserError('backbone-no-features', `This model can’t be a backbone: ${file}. ${why}`, usableHint)
}

function listOf(shapes: readonly OutputShape[]): string {
  return shapes.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ') || 'no numbers'
}
