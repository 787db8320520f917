import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { Graph, type Shape, type Value } from '../../src/main/tensor/graph/graph.ts'
import { onnxModel } from '../../src/main/tensor/onnx/model.ts'
import type { ElementType } from '../../src/main/tensor/run/session.ts'

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-backbone-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Writes a model that this function builds, and gives its path. */
export async function modelFile(
  build: (graph: Graph) => void,
  name = 'model.onnx',
  folder = temporaryFolder(),
): Promise<string> {
  const graph = new Graph()
  build(graph)
  const file = path.join(folder, name)
  await writeFile(file, onnxModel(graph))
  return file
}

export const channels = 8

/** [N,3,H,W] → [N,8,H/stride,W/stride], by one convolution of random weights: what a backbone is, in one node. */
export function convolution(graph: Graph, image: Value, stride: number): Value {
  const random = new RandomState(7)
  const size = channels * 3 * stride * stride
  const weights = Float32Array.from({ length: size }, () => (random.random() * 2 - 1) / stride)
  const kernel = graph.constant('float32', weights, [channels, 3, stride, stride])
  const [batch, , height, width] = image.shape
  const shape = [batch, channels, divided(height, stride), divided(width, stride)]
  return graph.append('Conv', [image, kernel], 'float32', shape, { strides: { ints: [stride, stride] } })
}

function divided(size: number | string, by: number): number | string {
  return typeof size === 'number' ? Math.floor(size / by) : `${size}/${by}`
}

export function transpose(graph: Graph, value: Value, order: number[]): Value {
  const shape = order.map((axis) => value.shape[axis])
  return graph.append('Transpose', [value], value.type, shape, { perm: { ints: order } })
}

export function cast(graph: Graph, value: Value, type: ElementType, number: number): Value {
  return graph.append('Cast', [value], type, value.shape, { to: { int: number } })
}

/** [N,D,h,w] → [N,D] */
export function average(graph: Graph, map: Value): Value {
  const [batch, dimension] = map.shape
  const spread = graph.append('GlobalAveragePool', [map], 'float32', [batch, dimension, 1, 1])
  return graph.append('Flatten', [spread], 'float32', [batch, dimension])
}

/** A backbone as most are: a map and its mean. */
export function plainBackbone(shape: Shape = ['n', 3, 'h', 'w'], stride = 32): (graph: Graph) => void {
  return (graph) => {
    const map = convolution(graph, graph.input('input', 'float32', shape), stride)
    graph.output('features', map)
    graph.output('pooled', average(graph, map))
  }
}

/** A vision transformer's outputs: special tokens, then the patches. One image at a time. */
export function transformer(side: number, patch: number, specials: number): (graph: Graph) => void {
  return (graph) => {
    const image = graph.input('pixel_values', 'float32', [1, 3, side, side])
    const map = convolution(graph, image, patch)
    const count = (side / patch) ** 2
    const flat = graph.append('Reshape', [map, graph.integers([1, channels, count])], 'float32', [1, channels, count])
    const patches = transpose(graph, flat, [0, 2, 1])
    const values = Float32Array.from({ length: specials * channels }, (_, i) => 100 + i)
    const tokens = graph.constant('float32', values, [1, specials, channels])
    const all = graph.append('Concat', [tokens, patches], 'float32', [1, specials + count, channels], {
      axis: { int: 1 },
    })
    graph.output('last_hidden_state', specials > 0 ? all : patches)
  }
}
