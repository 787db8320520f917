import { RandomState } from '../../src/main/base/random.ts'
import type { Attribute, Graph, Shape, Value } from '../../src/main/tensor/graph/graph.ts'

/** The families of image models that people have, each as exporters write it, small and random, with class scores alone given out. */

export const classes = 11
/** D of all of them. */
export const width = 12

interface Images {
  batch?: number | string
  side?: number | string
  quantized?: boolean
}

/** Appends nodes with random weights. Every model has the same: they are drawn in the same order. */
class Layers {
  readonly #graph: Graph
  readonly #random = new RandomState(5)

  readonly #quantized: boolean

  constructor(graph: Graph, quantized = false) {
    this.#graph = graph
    this.#quantized = quantized
  }

  node(operator: string, inputs: Value[], shape: Shape, attributes: Record<string, Attribute> = {}): Value {
    return this.#graph.append(operator, inputs, 'float32', shape, attributes)
  }

  weights(shape: number[], fanIn: number, around = 0): Value {
    const count = shape.reduce((a, b) => a * b, 1)
    const data = Float32Array.from({ length: count }, () => around + this.#random.normal() / Math.sqrt(fanIn))
    return this.#graph.constant('float32', data, shape)
  }

  convolution(x: Value, out: number, size: number, stride: number): Value {
    const [batch, from, height, wide] = x.shape as [string, number, number | string, number | string]
    const by = (side: number | string) => (typeof side === 'number' ? Math.ceil(side / stride) : `${side}/${stride}`)
    const w = this.weights([out, from, size, size], from * size * size)
    const attributes = { strides: { ints: [stride, stride] }, auto_pad: { text: 'SAME_UPPER' } }
    return this.node('Conv', [x, w, this.weights([out], 16)], [batch, out, by(height), by(wide)], attributes)
  }

  relu(x: Value): Value {
    return this.#rounded(this.node('Relu', [x], x.shape))
  }

  /** As quantised models have it behind each layer: eight bits, and back. */
  #rounded(x: Value): Value {
    if (!this.#quantized) return x
    const steps = [this.#graph.scalar(1 / 64, 'float32'), this.#graph.scalar(0, 'uint8')]
    const whole = this.#graph.append('QuantizeLinear', [x, ...steps], 'uint8', x.shape)
    return this.node('DequantizeLinear', [whole, ...steps], x.shape)
  }

  layerNorm(x: Value): Value {
    return this.node('LayerNormalization', [x, this.weights([width], 16, 1), this.weights([width], 16)], x.shape)
  }

  dense(x: Value, out: number): Value {
    const [last, shape] = [x.size(-1), [...x.shape.slice(0, -1), out]]
    return this.node(
      'Add',
      [this.node('MatMul', [x, this.weights([last, out], last)], shape), this.weights([out], 16)],
      shape,
    )
  }

  transpose(x: Value, perm: number[]): Value {
    const shape = perm.map((axis) => x.shape[axis])
    return this.#graph.append('Transpose', [x], x.type, shape, { perm: { ints: perm } })
  }

  logits(pooled: Value, batch: Shape[number]): Value {
    const flat = this.node('Flatten', [pooled], [batch, width])
    return this.node(
      'Gemm',
      [flat, this.weights([classes, width], width), this.weights([classes], 16)],
      [batch, classes],
      {
        transB: { int: 1 },
      },
    )
  }

  /** Three convolutions, to 1/8 of the image's sides. */
  trunk(image: Value): Value {
    const early = this.relu(this.convolution(image, 6, 3, 2))
    const middle = this.relu(this.convolution(early, 8, 3, 2))
    const residual = this.node('Add', [this.convolution(middle, 8, 3, 1), middle], middle.shape)
    return this.relu(this.convolution(residual, width, 3, 2))
  }
}

/** @param also gives the map out instead, so that what was found can be compared with it */
export function cnn({ batch = 'n', side = 32, quantized }: Images = {}, also = false): (graph: Graph) => void {
  return (graph) => {
    const layers = new Layers(graph, quantized)
    const map = layers.trunk(graph.input('image', 'float32', [batch, 3, side, side]))
    const pooled = layers.node('GlobalAveragePool', [map], [batch, width, 1, 1])
    const logits = layers.logits(pooled, batch)
    if (also) graph.output('features', map)
    else graph.output('logits', logits)
  }
}

/** As TensorFlow's models come out of their converter: the channels last, at both ends. */
export function channelsLast(side: number | string = 32, open = false): (graph: Graph) => void {
  return (graph) => {
    const layers = new Layers(graph)
    const image = graph.input('image', 'float32', ['n', side, side, open ? 'c' : 3])
    const first = layers.node('Transpose', [image], ['n', 3, side, side], { perm: { ints: [0, 3, 1, 2] } })
    const map = layers.transpose(layers.trunk(first), [0, 2, 3, 1])
    const pooled = layers.node('ReduceMean', [map], ['n', width], { axes: { ints: [1, 2] }, keepdims: { int: 0 } })
    graph.output('Identity', layers.node('Softmax', [layers.logits(pooled, 'n')], ['n', classes]))
  }
}

/** A model that takes the bytes of an image, and normalises them itself. */
export function bytes(): (graph: Graph) => void {
  return (graph) => {
    const layers = new Layers(graph)
    const raw = graph.input('image', 'uint8', ['n', 32, 32, 3])
    const floats = layers.node('Cast', [raw], raw.shape, { to: { int: 1 } })
    const scaled = layers.node('Div', [floats, graph.scalar(127.5, 'float32')], raw.shape)
    const image = layers.node('Sub', [scaled, graph.scalar(1, 'float32')], raw.shape)
    const map = layers.trunk(layers.transpose(image, [0, 3, 1, 2]))
    const pooled = layers.node('GlobalAveragePool', [map], ['n', width, 1, 1])
    graph.output('logits', layers.logits(pooled, 'n'))
  }
}

/** A vision transformer with a class token and registers before the patches. Its scores are made of the class token alone. */
export function transformer(registers: number, also = false): (graph: Graph) => void {
  return (graph) => {
    const layers = new Layers(graph)
    const [patches, specials] = [16, 1 + registers]
    const tokens = patches + specials
    const block = (x: Value): Value => {
      const inner = layers.layerNorm(x)
      const [q, k, v] = [0, 1, 2].map(() => layers.dense(inner, width))
      const attention = layers.node('MatMul', [q, layers.transpose(k, [0, 2, 1])], ['n', tokens, tokens])
      const mixed = layers.node(
        'MatMul',
        [layers.node('Softmax', [attention], attention.shape, { axis: { int: -1 } }), v],
        x.shape,
      )
      const attended = layers.node('Add', [x, layers.dense(mixed, width)], x.shape)
      const hidden = layers.relu(layers.dense(layers.layerNorm(attended), 2 * width))
      return layers.node('Add', [attended, layers.dense(hidden, width)], x.shape)
    }
    const image = graph.input('pixel_values', 'float32', ['n', 3, 32, 32])
    const cells = layers.convolution(image, width, 8, 8)
    const rows = layers.transpose(
      layers.node('Reshape', [cells, graph.integers([0, width, patches])], ['n', width, patches]),
      [0, 2, 1],
    )
    const first = layers.node('ReduceMean', [rows], ['n', 1, width], { axes: { ints: [1] }, keepdims: { int: 1 } })
    const learnt = layers.node('Add', [first, layers.weights([1, specials, width], 16)], ['n', specials, width])
    const all = layers.node('Concat', [learnt, rows], ['n', tokens, width], { axis: { int: 1 } })
    const placed = layers.node('Add', [all, layers.weights([1, tokens, width], 16)], all.shape)
    const last = layers.layerNorm(block(block(placed)))
    const token = layers.node('Gather', [last, graph.scalar(0, 'int64')], ['n', width], { axis: { int: 1 } })
    const logits = layers.logits(token, 'n')
    if (also) graph.output('last_hidden_state', last)
    else graph.output('logits', logits)
  }
}

/** One layer over all of the image: there is no place in it that a label could be found at. */
export function perceptron(): (graph: Graph) => void {
  return (graph) => {
    const layers = new Layers(graph)
    const image = graph.input('image', 'float32', ['n', 3, 16, 16])
    const flat = layers.node('Flatten', [image], ['n', 768])
    const hidden = layers.relu(layers.dense(flat, width))
    graph.output('logits', layers.dense(hidden, classes))
  }
}

/**
 * A network whose layers pass on bytes, as static quantisation writes it (“QOperator”). Its pooling is ONNX Runtime's own: see
 * `withOwnOperators`.
 */
export function bytesInside(also = false): (graph: Graph) => void {
  return (graph) => {
    const random = new RandomState(5)
    const number = (value: number) => graph.scalar(value, 'float32')
    const [zero, middle] = [graph.scalar(0, 'uint8'), graph.scalar(128, 'uint8')]
    const step = number(1 / 64)
    const image = graph.input('image', 'float32', ['n', 3, 32, 32])
    let x = graph.append('QuantizeLinear', [image, number(1 / 128), middle], 'uint8', image.shape)
    let scale = [number(1 / 128), middle]
    for (const [i, out] of [6, 8, width].entries()) {
      const [from, side] = [x.size(1), 32 / 2 ** (i + 1)]
      const weights = Uint8Array.from({ length: out * from * 9 }, () => 128 + Math.round(30 * random.normal()))
      const kernel = graph.constant('uint8', weights, [out, from, 3, 3])
      const inputs = [x, ...scale, kernel, number(1 / (30 * Math.sqrt(from * 4))), middle, step, zero]
      x = graph.append('QLinearConv', inputs, 'uint8', ['n', out, side, side], {
        ...{ strides: { ints: [2, 2] }, auto_pad: { text: 'SAME_UPPER' } },
      })
      scale = [step, zero]
    }
    const pooled = graph.append('QLinearGlobalAveragePool', [x, step, zero, step, zero], 'uint8', ['n', width, 1, 1])
    const layers = new Layers(graph)
    const logits = layers.logits(layers.node('DequantizeLinear', [pooled, step, zero], pooled.shape), 'n')
    if (also) graph.output('features', layers.node('DequantizeLinear', [x, step, zero], x.shape))
    else graph.output('logits', logits)
  }
}

/** A single image, and its scores, without a batch. */
export function single(also = false): (graph: Graph) => void {
  return (graph) => {
    const layers = new Layers(graph)
    const image = graph.input('image', 'float32', [3, 32, 32])
    const axis = graph.integers([0])
    const map = layers.trunk(graph.append('Unsqueeze', [image, axis], 'float32', [1, 3, 32, 32]))
    const pooled = layers.node('GlobalAveragePool', [map], [1, width, 1, 1])
    const logits = layers.logits(pooled, 1)
    if (also) graph.output('features', graph.append('Squeeze', [map, axis], 'float32', [width, 4, 4]))
    else graph.output('logits', graph.append('Squeeze', [logits, axis], 'float32', [classes]))
  }
}

/** As Hugging Face's models of images of many sizes are exported: which pixels count is an input, too. */
export function masked(also = false): (graph: Graph) => void {
  return (graph) => {
    const layers = new Layers(graph)
    const image = graph.input('pixel_values', 'float32', ['n', 3, 32, 32])
    const mask = graph.input('pixel_mask', 'int64', ['n', 32, 32])
    const counts = layers.node('Cast', [mask], mask.shape, { to: { int: 1 } })
    const spread = layers.node('Unsqueeze', [counts, graph.integers([1])], ['n', 1, 32, 32])
    const map = layers.trunk(layers.node('Mul', [image, spread], image.shape))
    const logits = layers.logits(layers.node('GlobalAveragePool', [map], ['n', width, 1, 1]), 'n')
    if (also) graph.output('features', map)
    else graph.output('logits', logits)
  }
}

/** Both encoders of CLIP in one file: the image's outputs don't depend on the text, the scores depend on both. */
export function bothEncoders(): (graph: Graph) => void {
  return (graph) => {
    const layers = new Layers(graph)
    const ids = graph.input('input_ids', 'int64', ['m', 's'])
    const image = graph.input('pixel_values', 'float32', ['n', 3, 32, 32])
    const attention = graph.input('attention_mask', 'int64', ['m', 's'])
    const map = layers.trunk(image)
    const flat = layers.node('Flatten', [layers.node('GlobalAveragePool', [map], ['n', width, 1, 1])], ['n', width])
    const embeds = layers.dense(flat, 10)
    const counted = graph.append('Mul', [ids, attention], 'int64', ids.shape)
    const words = layers.node('Cast', [counted], ids.shape, { to: { int: 1 } })
    const mean = layers.node('ReduceMean', [words], ['m', 1], { axes: { ints: [1] }, keepdims: { int: 1 } })
    const text = layers.node('Mul', [mean, layers.weights([1, 10], 16)], ['m', 10])
    graph.output('logits_per_image', layers.node('MatMul', [embeds, layers.transpose(text, [1, 0])], ['n', 'm']))
    graph.output('text_embeds', text)
    graph.output('image_embeds', embeds)
  }
}
