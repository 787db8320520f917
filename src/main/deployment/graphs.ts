/** Small graphs between and around the joined models, for what the program itself does outside of models. */
import type { Backbone } from '../backbone/backbone.ts'
import { mirrors } from '../backbone/pixels/views.ts'
import { Graph, type Value } from '../tensor/graph/graph.ts'
import { onnxModel } from '../tensor/onnx/model.ts'
import { add, cast, mul, sigmoid } from '../tensor/operators/elementwise.ts'
import { reshape, reverse, slice, transpose } from '../tensor/operators/layout.ts'
import { featuresOf } from '../training/lastStage/tailGraph.ts'
import { type ImageBlend, imageSources } from './imageBlend.ts'

/** The batch dimension: the name it has in the exported model, or a number if the backbone fixes it. */
export function batchOf({ input }: Backbone): number | string {
  return input.batch ?? 'images'
}

/**
 * Converts `image`, RGB in 0 … 255, [images, 3, height, width], to the backbone's `input`; and if mirrored views are used, to
 * `mirrored`, flipped left to right.
 */
export function inputModel(backbone: Backbone): Uint8Array {
  const { input, views } = backbone
  const graph = new Graph('constants')
  const image = graph.input('image', 'float32', [batchOf(backbone), 3, input.height, input.width])
  // Casts to integers truncate, so adding one half rounds.
  const raw = input.type === 'uint8'
  const channels = (of: number[]): Value => graph.constant('float32', Float32Array.from(of), [3, 1, 1])
  const scaled = raw
    ? add(image, 0.5)
    : add(
        mul(image, channels(input.std.map((std) => 1 / (255 * std)))),
        channels(input.mean.map((mean, channel) => -mean / input.std[channel])),
      )
  const given = (value: Value): Value => {
    const typed = cast(value, input.type)
    return input.layout === 'nchw' ? typed : transpose(typed, [0, 2, 3, 1])
  }
  graph.output('input', given(scaled))
  if (mirrors(views)) graph.output('mirrored', given(reverse(scaled, 3)))
  return onnxModel(graph)
}

/**
 * Converts the backbone's outputs (`features`, `pooled`) to what the feature cache would hold: `grid` [images, L, D] and `pooled`
 * [images, D], rounded to float16.
 */
export function recordModel(backbone: Backbone): Uint8Array {
  const { features, pooled, dimension } = backbone
  const images = batchOf(backbone)
  const graph = new Graph('constants')
  // Declared as float16, so that they are cast to float32; if they already are, the cast costs nothing.
  const input = (name: string, shape: (number | string)[]): Value =>
    cast(graph.input(name, 'float16', shape), 'float32')
  const shapes = {
    nchw: [images, dimension, features?.height ?? 1, features?.width ?? 1],
    nhwc: [images, features?.height ?? 1, features?.width ?? 1, dimension],
    tokens: [images, (features?.specialTokens ?? 0) + (features?.height ?? 1) * (features?.width ?? 1), dimension],
  }
  const map = features && input('features', shapes[features.layout])
  const vector = pooled.from === 'output' ? input('pooled', [images, dimension, 1, 1]) : undefined
  const found = featuresOf((name) => (name === features?.output ? map! : vector!), backbone, images)

  graph.output('grid16', cast(found.grid, 'float16'))
  graph.output('pooled16', cast(found.pooled, 'float16'))
  return onnxModel(graph)
}

/** The mean of the records of an image and of its mirror image, with the latter's columns flipped back. */
export function mirrorModel(backbone: Backbone): Uint8Array {
  const { grid, dimension } = backbone
  const images = batchOf(backbone)
  const positions = grid.height * grid.width
  const graph = new Graph('constants')
  const input = (name: string, shape: (number | string)[]): Value =>
    cast(graph.input(name, 'float16', shape), 'float32')
  const mean = (a: Value, b: Value): Value => cast(mul(add(a, b), 0.5), 'float16')
  const rows = input('mirroredGrid', [images, positions, dimension])
  const mirrored = reshape(rows, [images, grid.height, grid.width, dimension])
  const turned = reshape(reverse(mirrored, 2), [images, positions, dimension])
  graph.output('grid16', mean(input('grid', [images, positions, dimension]), turned))
  graph.output('pooled16', mean(input('pooled', [images, dimension]), input('mirroredPooled', [images, dimension])))
  return onnxModel(graph)
}

/** Converts the features before the last stage (`map`) to what the feature cache would hold: `trunk`, [images, positions, channels]. */
export function trunkModel(backbone: Backbone, trunk: Backbone): Uint8Array {
  const { grid, dimension, features } = trunk
  const images = batchOf(backbone)
  const positions = grid.height * grid.width
  const isMap = features?.layout === 'nchw'
  const graph = new Graph('constants')
  const map = graph.input(
    'map',
    'float32',
    isMap ? [images, dimension, grid.height, grid.width] : [images, positions, dimension],
  )
  const rows = isMap ? transpose(reshape(map, [images, dimension, positions])) : map
  graph.output('trunk16', cast(rows, 'float16'))
  return onnxModel(graph)
}

/** Converts features passed in by a program in float32 (`grid`, `pooled`, and `trunk` if there is one) to what the head takes. */
export function featuresModel({ grid, dimension }: Backbone, trunk: Backbone | undefined): Uint8Array {
  const graph = new Graph('constants')
  const positions = grid.height * grid.width
  const take = (name: string, shape: (number | string)[]): void =>
    graph.output(`${name}16`, cast(graph.input(name, 'float32', shape), 'float16'))
  take('grid', ['images', positions, dimension])
  take('pooled', ['images', dimension])
  if (trunk) take('trunk', ['images', trunk.grid.height * trunk.grid.width, trunk.dimension])
  return onnxModel(graph)
}

export interface BlendSizes {
  folds: number
  labels: number
  /** The batch. */
  images: number | string
  grid: { height: number; width: number }
}

/**
 * Converts the logits of all folds' heads and networks to `logits` and `probabilities` [images, C], and reshapes `attention` to
 * [images, C, height, width]. `fold_logits` [images, folds, C] are those of each fold; `logits` are their mean.
 */
export function blendModel({ weights }: ImageBlend, { folds, labels, images, grid }: BlendSizes): Uint8Array {
  const graph = new Graph('constants')
  const column = (i: number): Value =>
    graph.constant(
      'float32',
      Float32Array.from(weights, (of) => of[i]),
      [labels],
    )
  const foldLogits = imageSources.reduce<Value>(
    (total, name, i) => add(total, mul(graph.input(name, 'float32', [images, folds, labels]), column(i))),
    column(imageSources.length),
  )
  const parts = Array.from({ length: folds }, (_, k) => reshape(slice(foldLogits, 1, k, k + 1), [images, labels]))
  const total = parts.slice(1).reduce((a, b) => add(a, b), parts[0])
  const logits = mul(total, 1 / folds)
  const attention = graph.input('alpha', 'float32', [images, labels, grid.height * grid.width])
  graph.output('fold_logits', foldLogits)
  graph.output('logits', logits)
  graph.output('probabilities', sigmoid(logits))
  graph.output('attention', reshape(attention, [images, labels, grid.height, grid.width]))
  return onnxModel(graph)
}
