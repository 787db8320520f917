import path from 'node:path'
import { readSafeTensors } from '../../base/safetensors.ts'
import { parameterShapes, type SstSizes } from '../../sst/parameters.ts'
import { unusable } from '../comparison.ts'

/** A tensor of a fixture, row-major. */
export interface FixtureTensor {
  shape: number[]
  data: Float32Array
}

/** One training step of METHOD 1 by the reference implementation: `sst_*.safetensors`. */
export interface MethodFixture {
  name: string
  sizes: SstSizes
  /** B */
  images: number
  /** L */
  positions: number
  /** E */
  exemplars: number
  settings: Record<(typeof settingNames)[number], number>
  /** The parameters trained here: all but b3 and b4, and with a single label, those of label pairs. */
  parameters: string[]
  tensors: Map<string, FixtureTensor>
}

const settingNames = ['graph_steps', 'intra_margin', 'inter_margin', 'lr', 'weight_decay'] as const

export const lossNames = ['known', 'intra_pseudo', 'inter_pseudo', 'intra_cooccurrence', 'inter_distance'] as const

/** Whether a tensor is about label pairs: with a single label, a fixture may lack it. */
export function needsPairs(tensor: string): boolean {
  return /\bintra\.|cooccurrence_logits/.test(tensor)
}

/**
 * Reads a fixture. Sizes come from its tensors, which must agree; settings from its metadata.
 * @throws UserError `not-safetensors`, `fixture-unusable`
 */
export async function readMethodFixture(file: string): Promise<MethodFixture> {
  const { tensors, metadata } = await readSafeTensors(file)
  const axis = (name: string, rank: number, at: number): number => {
    const tensor = tensors.get(name)
    if (!tensor) throw unusable(file, `it has no tensor ${name}`)
    if (tensor.shape.length !== rank) throw unusable(file, `${name} has ${tensor.shape.length} axes, not ${rank}`)
    return tensor.shape[at]
  }
  const sizes: SstSizes = {
    labels: axis('input.word_features', 2, 0),
    word: axis('input.word_features', 2, 1),
    channels: axis('input.feature_map', 4, 1),
    hidden: axis('param.decoupling.image.weight', 2, 0),
    output: axis('param.output.weight', 2, 0),
  }
  const images = axis('input.feature_map', 4, 0)
  const [height, width] = [axis('input.feature_map', 4, 2), axis('input.feature_map', 4, 3)]
  const exemplars = axis('input.exemplars', 3, 1)
  const settings = Object.fromEntries(
    settingNames.map((name) => {
      const value = Number(metadata[name])
      if (!metadata[name]?.trim() || !Number.isFinite(value)) {
        throw unusable(file, `its metadata has no number ${name}`)
      }
      return [name, value]
    }),
  ) as MethodFixture['settings']
  const { labels, channels } = sizes
  if ([labels, channels, images, height, width, exemplars].includes(0)) throw unusable(file, 'one of its sizes is 0')
  const pairs = (labels * (labels - 1)) / 2
  const shapes = parameterShapes(sizes)
  const expected: Record<string, number[]> = {
    'input.feature_map': [images, channels, height, width],
    'input.target': [images, labels],
    'input.adjacency': [labels, labels],
    'input.exemplars': [labels, exemplars, channels],
    'output.logits': [images, labels],
    'output.semantic_features': [images, labels, channels],
    'output.cooccurrence_logits': [images, pairs],
    'output.intra_target': [images, labels],
    'output.inter_target': [images, labels],
    'output.exemplars': [labels, exemplars, channels],
    'grad.feature_map': [images, channels, height, width],
  }
  for (const [name, shape] of Object.entries(shapes)) {
    for (const kind of ['param', 'grad', 'adam']) expected[`${kind}.${name}`] = shape
  }
  for (const [name, shape] of Object.entries(expected)) {
    const tensor = tensors.get(name)
    if (!tensor && labels === 1 && needsPairs(name)) continue
    if (!tensor) throw unusable(file, `it has no tensor ${name}`)
    if (String(tensor.shape) !== String(shape)) {
      throw unusable(file, `${name} has the shape [${tensor.shape}], where its other tensors ask for [${shape}]`)
    }
  }
  for (const name of [...lossNames, 'total'].map((loss) => `loss.${loss}`)) {
    const count = tensors.get(name)?.data.length
    if (count !== 1)
      throw unusable(file, count === undefined ? `it has no tensor ${name}` : `${name} is not one number`)
  }
  return {
    name: path.basename(file),
    ...{ sizes, images, positions: height * width, exemplars, settings, tensors },
    parameters: Object.keys(shapes).filter((name) => labels > 1 || !needsPairs(name)),
  }
}
