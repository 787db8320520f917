import { UserError } from '../../base/errors.ts'
import type { BackboneInput, FeatureMap, PooledSource } from '../backbone.ts'
import type { RegistryEntry } from '../list/registry.ts'

/** A numeric output that may hold features, with its actual shape. */
export interface OutputShape {
  name: string
  shape: readonly number[]
}

export const usableHint =
  'Choose an ONNX image model that outputs a feature map [N,D,H,W], tokens [N,T,D] or a pooled vector [N,D].'

/** @returns null where no output is a feature map @throws UserError `backbone-no-features` where the one that is named is none */
export function featuresOf(
  shapes: readonly OutputShape[],
  input: BackboneInput,
  model: RegistryEntry,
): FeatureMap | null {
  const maps = shapes.filter(({ shape }) => shape.length === 4 || shape.length === 3)
  if (model.features !== undefined) {
    const named = maps.find(({ name }) => name === model.features)
    const map = named && asMap(named, input, model)
    if (map) return map
    throw unusable(`It has no feature map called “${model.features}”, but ${listOf(shapes)}.`, model)
  }
  // The deepest map has the fewest positions; a single position is a pooled vector.
  const candidates = maps.map((output) => asMap(output, input, model)).filter((map) => map !== null)
  const named = candidates.find(({ output }) => output === 'features' || output === 'last_hidden_state')
  const positions = ({ height, width }: FeatureMap) => (height * width > 1 ? height * width : Number.POSITIVE_INFINITY)
  const bySize = candidates.toSorted((a, b) => positions(a) - positions(b))
  return named ?? bySize[0] ?? null
}

export function asMap(
  { name: output, shape }: OutputShape,
  input: BackboneInput,
  { specialTokens: said }: Pick<RegistryEntry, 'specialTokens'>,
): FeatureMap | null {
  if (shape.length === 4) {
    // Positions have the input's aspect ratio; channels don't.
    const nchw = { layout: 'nchw' as const, height: shape[2], width: shape[3] }
    const nhwc = { layout: 'nhwc' as const, height: shape[1], width: shape[2] }
    const ratio = input.height / input.width
    const off = ({ height, width }: { height: number; width: number }) => Math.abs(Math.log(height / width / ratio))
    const best = off(nhwc) < off(nchw) || (off(nhwc) === off(nchw) && input.layout === 'nhwc') ? nhwc : nchw
    return { output, specialTokens: 0, ...best }
  }
  const tokens = shape[1]
  const specials = said === undefined ? Array.from({ length: 17 }, (_, i) => i) : [said]
  for (const specialTokens of specials) {
    const height = Math.round(Math.sqrt(((tokens - specialTokens) * input.height) / input.width))
    const width = (tokens - specialTokens) / height
    const isGrid = height > 0 && Number.isInteger(width) && Math.abs(width / height - input.width / input.height) < 0.15
    if (isGrid) return { output, layout: 'tokens', height, width, specialTokens }
  }
  return null
}

/** Names that exporters give to the vector of the whole image. */
export const pooledNames = /^(pooled|pooler_output|pooled_output|embeddings?|image_embeds|image_features|features?)$/

/** @throws UserError `backbone-no-features` */
export function pooledOf(
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
  // All rows of a record have one length, so a vector projected to another space can't be stored with the map.
  if (wanted && wanted.name !== features?.output && (channels === null || channels === wanted.shape[1])) {
    return { pooled: { from: 'output', output: wanted.name }, dimension: wanted.shape[1] }
  }
  if (channels === null) throw unusable(`None of its outputs is a feature map: ${listOf(shapes)}.`, model)
  return { pooled: { from: features!.specialTokens > 0 ? 'class token' : 'mean' }, dimension: channels }
}

function channelsOf({ shape }: OutputShape, { layout }: FeatureMap): number {
  return layout === 'nchw' ? shape[1] : shape[shape.length - 1]
}

export function unusable(why: string, { file }: RegistryEntry): UserError {
  return new UserError('backbone-no-features', `This model can’t be a backbone: ${file}. ${why}`, usableHint)
}

export function listOf(shapes: readonly OutputShape[]): string {
  return shapes.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ') || 'no numbers'
}
