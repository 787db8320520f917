import { RandomState } from '../../src/main/base/random.ts'
import type { Attribute, Graph, Shape, Value } from '../../src/main/tensor/graph/graph.ts'

/** Random weights of about unit gain. */
export class Weights {
  readonly #random = new RandomState(11)
  readonly #graph: Graph

  constructor(graph: Graph) {
    this.#graph = graph
  }

  of(shape: number[], width: number, around = 0): Value {
    const count = shape.reduce((a, b) => a * b, 1)
    const data = Float32Array.from({ length: count }, () => around + this.#random.normal() / Math.sqrt(width))
    return this.#graph.constant('float32', data, shape)
  }
}

const ints = (...list: number[]): Attribute => ({ ints: list })

/**
 * A convolutional network of two stages, written with the operators of common exporters: the last one has a depthwise and a
 * grouped convolution, batch normalisation in a convolution and after an addition, squeeze and excitation, and average pooling.
 */
export function convolutional(graph: Graph): void {
  const weights = new Weights(graph)
  const node = (operator: string, inputs: Value[], shape: Shape, attributes: Record<string, Attribute> = {}): Value =>
    graph.append(operator, inputs, 'float32', shape, attributes)
  const conv = (x: Value, out: number, size: number, stride: number, groups = 1): Value => {
    const [batch, channels, height, width] = x.shape as [string, number, number, number]
    const w = weights.of([out, channels / groups, size, size], (channels / groups) * size * size)
    const shape = [batch, out, Math.ceil(height / stride), Math.ceil(width / stride)]
    const attributes = { strides: ints(stride, stride), group: { int: groups }, auto_pad: { text: 'SAME_UPPER' } }
    return node('Conv', [x, w], shape, attributes)
  }
  const normalized = (x: Value): Value => {
    const channels = x.size(1)
    const [scale, shift, mean] = [1, 0, 0].map((around) => weights.of([channels], 16, around))
    const variance = graph.constant('float32', new Float32Array(channels).fill(0.8), [channels])
    return node('BatchNormalization', [x, scale, shift, mean, variance], x.shape, { epsilon: { float: 1e-3 } })
  }
  const image = graph.input('image', 'float32', ['n', 3, 32, 48])
  const early = node('Relu', [normalized(conv(image, 8, 3, 4))], ['n', 8, 8, 12])
  const wide = node('HardSwish', [normalized(conv(early, 24, 1, 1))], ['n', 24, 8, 12])
  const small = node('Relu', [normalized(conv(wide, 24, 3, 2, 24))], ['n', 24, 4, 6])
  const squeezed = node('GlobalAveragePool', [small], ['n', 24, 1, 1])
  const share = node('HardSigmoid', [conv(squeezed, 24, 1, 1)], ['n', 24, 1, 1], { alpha: { float: 1 / 6 } })
  const excited = node('Mul', [small, share], ['n', 24, 4, 6])
  const grouped = node('Sigmoid', [conv(excited, 24, 3, 1, 4)], ['n', 24, 4, 6])
  const sum = normalized(node('Add', [grouped, small], ['n', 24, 4, 6]))
  const map = conv(sum, 16, 1, 1)
  const pooled = node('AveragePool', [map], ['n', 16, 1, 1], { kernel_shape: ints(4, 6) })
  graph.output('features', map)
  graph.output('pooled', node('Flatten', [pooled], ['n', 16]))
}

/** A vision transformer of two blocks with a class token, its shapes found out as the model runs, as exporters write them. */
export function transformer(graph: Graph): void {
  const [tokens, width, heads] = [17, 12, 3]
  const weights = new Weights(graph)
  const node = (operator: string, inputs: Value[], shape: Shape, attributes: Record<string, Attribute> = {}): Value =>
    graph.append(operator, inputs, 'float32', shape, attributes)
  const dense = (x: Value, out: number): Value => {
    const [last, shape] = [x.size(-1), [...x.shape.slice(0, -1), out]]
    const product = node('MatMul', [x, weights.of([last, out], last)], shape)
    return node('Add', [weights.of([out], 16), product], shape)
  }
  const layer = (x: Value): Value =>
    node('LayerNormalization', [x, weights.of([width], 16, 1), weights.of([width], 16)], x.shape)
  const scalar = (number: number): Value => graph.scalar(number, 'float32')
  const block = (x: Value): Value => {
    const shape = graph.append('Shape', [x], 'int64', [3])
    const rest = graph.integers([heads, width / heads])
    const front = graph.append('Slice', [shape, graph.integers([0]), graph.integers([2])], 'int64', [2])
    const split = graph.append('Concat', [front, rest], 'int64', [4], { axis: { int: 0 } })
    const headsOf = (y: Value): Value =>
      node('Transpose', [node('Reshape', [y, split], ['n', tokens, heads, 4])], ['n', heads, tokens, 4], {
        perm: ints(0, 2, 1, 3),
      })
    const inner = layer(x)
    const [q, k, v] = [0, 1, 2].map(() => headsOf(dense(inner, width)))
    const turned = node('Transpose', [k], ['n', heads, 4, tokens], { perm: ints(0, 1, 3, 2) })
    const product = node(
      'Div',
      [node('MatMul', [q, turned], ['n', heads, tokens, tokens]), scalar(2)],
      [...['n', heads, tokens, tokens]],
    )
    const attention = node('Softmax', [product], product.shape, { axis: { int: -1 } })
    const mixed = node('MatMul', [attention, v], ['n', heads, tokens, 4])
    const joined = node('Transpose', [mixed], ['n', tokens, heads, 4], { perm: ints(0, 2, 1, 3) })
    const flat = node('Reshape', [joined, graph.integers([0, 0, width])], ['n', tokens, width])
    const attended = node('Add', [x, dense(flat, width)], x.shape)
    const hidden = dense(layer(attended), 2 * width)
    const bent = node('Erf', [node('Div', [hidden, scalar(Math.SQRT2)], hidden.shape)], hidden.shape)
    const halves = node('Mul', [hidden, node('Add', [bent, scalar(1)], hidden.shape)], hidden.shape)
    return node('Add', [attended, dense(node('Mul', [halves, scalar(0.5)], hidden.shape), width)], x.shape)
  }
  const image = graph.input('image', 'float32', ['n', 3, 32, 32])
  const patches = node('Conv', [image, weights.of([width, 3, 8, 8], 192)], ['n', width, 4, 4], { strides: ints(8, 8) })
  const flat = node('Reshape', [patches, graph.integers([0, width, 16])], ['n', width, 16])
  const rows = node('Transpose', [flat], ['n', 16, width], { perm: ints(0, 2, 1) })
  // The class token here is the mean: as good as any for what is tested.
  const first = node('ReduceMean', [rows], ['n', 1, width], { axes: ints(1), keepdims: { int: 1 } })
  const all = node('Concat', [first, rows], ['n', tokens, width], { axis: { int: 1 } })
  graph.output('last_hidden_state', layer(block(block(all))))
}
