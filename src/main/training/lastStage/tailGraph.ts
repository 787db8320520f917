import type { Backbone } from '../../backbone/backbone.ts'
import { windowsOf } from '../../backbone/embed/pooling.ts'
import type { LastStage } from '../../backbone/resolve/cutBackbone.ts'
import type { Parameters } from '../../sst/parameters.ts'
import type { Graph, Value } from '../../tensor/graph/graph.ts'
import { type PartParameter, rebuild } from '../../tensor/onnx/rebuild.ts'
import { add, cast, mul } from '../../tensor/operators/elementwise.ts'
import { reshape, slice, transpose } from '../../tensor/operators/layout.ts'
import { matmul } from '../../tensor/operators/matrix.ts'
import { mean } from '../../tensor/operators/reduction.ts'

/** A backbone, and the two parts it is cut into. */
export interface CutBackbone {
  backbone: Backbone
  stage: LastStage
}

/** Keeps the names of the tail's parameters apart from those of the network on top. */
const prefix = 'tail.'

/**
 * The tail's weights as w₀ + pace · v, where w₀ are the pretrained weights and v is a parameter that starts at 0. So `pace` is
 * their learning rate relative to the network's, and weight decay pulls them towards w₀ rather than towards 0.
 * @param start receives w₀, by parameter name
 */
export function movingTail(graph: Graph, pace: number, start: Parameters): PartParameter {
  return (name, { shape, data }) => {
    start.set(prefix + name, { shape: [...shape], data })
    const moved = graph.parameter(prefix + name, shape, new Float32Array(data.length))
    return add(graph.constant('float32', data, shape), mul(moved, pace))
  }
}

/** The tail's trained weights, as constants. */
export function trainedTail(graph: Graph, trained: Parameters): PartParameter {
  return (name, { shape }) => graph.constant('float32', trained.get(prefix + name)!.data, shape)
}

/** The shape of the tail's input for a batch, as cached: [images, positions, channels] */
export function trunkShape({ stage }: CutBackbone, images: number | string): (number | string)[] {
  const { grid, dimension } = stage.trunk
  return [images, grid.height * grid.width, dimension]
}

/**
 * The backbone's last stage as part of a graph, from the trunk's features to those that the feature cache would hold.
 * @param trunk the trunk's features, as cached: float16 [B, positions, channels]
 * @param weights says how each weight enters the graph: `movingTail` or `trainedTail`
 * @returns grid [B, L, D] and pooled [B, D], float32
 */
export function tailOn(trunk: Value, cut: CutBackbone, weights: PartParameter): { grid: Value; pooled: Value } {
  const { backbone, stage } = cut
  const { input } = stage.tail
  const [images] = trunk.shape
  const rows = cast(trunk, 'float32')
  const start = input.shape.length === 4 ? reshape(transpose(rows), [images, ...input.shape.slice(1)]) : rows
  const value = rebuild(stage.tail, start, weights)
  return featuresOf(value, backbone, images)
}

/**
 * Turns a model's outputs into features just as `RecordMaker` does for the cache.
 * @param value looks up a value of the model by its name
 * @returns grid [B, L, D] and pooled [B, D]
 */
export function featuresOf(
  value: (name: string) => Value,
  { features, pooled, grid, dimension }: Backbone,
  images: number | string,
): { grid: Value; pooled: Value } {
  const vector = pooled.from === 'output' ? reshape(value(pooled.output), [images, dimension]) : undefined
  if (!features) return { grid: reshape(vector!, [images, 1, dimension]), pooled: vector! }
  const { height, width, layout, specialTokens } = features
  const positions = height * width
  const map = value(features.output)
  const tokens =
    layout === 'nchw'
      ? transpose(reshape(map, [images, dimension, positions]))
      : reshape(map, [images, specialTokens + positions, dimension])
  const rows = specialTokens > 0 ? slice(tokens, 1, specialTokens, specialTokens + positions) : tokens
  const cells = grid.height * grid.width
  const shares = rows.graph.constant('float32', poolingShares(height, width, grid), [cells, positions])
  const of = pooled.from === 'class token' ? reshape(slice(tokens, 1, 0, 1), [images, dimension]) : mean(rows, [1])
  return { grid: cells === positions ? rows : matmul(shares, rows), pooled: vector ?? of }
}

/** The weight of each position of the map in each cell of the grid (adaptive average pooling), [cells, positions] */
function poolingShares(height: number, width: number, grid: { height: number; width: number }): Float32Array {
  const [rows, columns] = [windowsOf(height, grid.height), windowsOf(width, grid.width)]
  const shares = new Float32Array(grid.height * grid.width * height * width)
  for (let i = 0; i < grid.height; i++) {
    for (let j = 0; j < grid.width; j++) {
      const area = (rows.ends[i] - rows.starts[i]) * (columns.ends[j] - columns.starts[j])
      const cell = i * grid.width + j
      for (let y = rows.starts[i]; y < rows.ends[i]; y++) {
        for (let x = columns.starts[j]; x < columns.ends[j]; x++) {
          shares[(cell * height + y) * width + x] = 1 / area
        }
      }
    }
  }
  return shares
}
