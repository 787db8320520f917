import type { Dimension, Graph, Value } from '../graph/graph.ts'
import { gelu, layerNormalization } from '../operators/composed.ts'
import { averagePool, convolution, globalAveragePool } from '../operators/convolution.ts'
import {
  abs,
  add,
  clip,
  div,
  erf,
  exp,
  log,
  mul,
  neg,
  pow,
  relu,
  sigmoid,
  sqrt,
  sub,
  tanh,
} from '../operators/elementwise.ts'
import { concat, reshape, slice, split, transpose } from '../operators/layout.ts'
import { matmul } from '../operators/matrix.ts'
import { mean, softmax, sum } from '../operators/reduction.ts'
import { integers, number, padsOf, pair, unsupported } from './attributes.ts'
import type { ImportedNode } from './import.ts'

/** A tensor that is the same for every batch. */
export interface FixedTensor {
  shape: readonly number[]
  data: Float32Array | BigInt64Array
}

/** A part of an imported model as plain data: enough to rebuild it for batches of any size and with other weights. */
export interface ModelPart {
  /** The only value that it depends on. */
  input: { name: string; shape: readonly number[] }
  nodes: readonly ImportedNode[]
  operatorSet: number
  /** The shapes of the nodes' outputs; for sizes proportional to the batch, the factor. */
  shapes: ReadonlyMap<string, readonly PartSize[]>
  fixed: ReadonlyMap<string, FixedTensor>
}

export type PartSize = number | { timesBatch: number }

/** Creates or looks up a trainable tensor by its name in the model. */
export type PartParameter = (name: string, tensor: { shape: readonly number[]; data: Float32Array }) => Value

/**
 * Rebuilds the part in a graph from operators that have gradients. Batch normalisation, with its fixed statistics, becomes a scale
 * and a shift, and is folded into a convolution directly before it.
 * @param input of the part's input shape, with this graph's batch size
 * @returns looks up the nodes' outputs by name, in float32
 * @throws UserError `operator-unsupported`, naming the operator
 */
export function rebuild(part: ModelPart, input: Value, parameter: PartParameter): (name: string) => Value {
  const builder = new Builder(part, input, parameter)
  for (const node of part.nodes) builder.build(node)
  return (name) => builder.value(name)
}

type Make = (node: ImportedNode, builder: Builder) => Value | Value[]

const unary =
  (make: (x: Value) => Value): Make =>
  (node, builder) =>
    make(builder.input(node, 0))
const binary =
  (make: (a: Value, b: Value) => Value): Make =>
  (node, builder) =>
    make(builder.operand(node, 0), builder.operand(node, 1))
const same: Make = (node, builder) => builder.input(node, 0)
const reshaped: Make = (node, builder) => reshape(builder.input(node, 0), builder.shapeOf(node.outputs[0]))
const reduced =
  (make: typeof sum): Make =>
  (node, builder) => {
    const x = builder.input(node, 0)
    return make(x, builder.axes(node) ?? undefined, number(node, 'keepdims', 1) === 1)
  }

const operators: Record<string, Make> = {
  Add: binary(add),
  Sub: binary(sub),
  Mul: binary(mul),
  Div: binary(div),
  Abs: unary(abs),
  Exp: unary(exp),
  Log: unary(log),
  Neg: unary(neg),
  Sqrt: unary(sqrt),
  Tanh: unary(tanh),
  Erf: unary(erf),
  Relu: unary(relu),
  Sigmoid: unary(sigmoid),
  HardSwish: unary((x) => mul(x, clip(add(mul(x, 1 / 6), 0.5), 0, 1))),
  HardSigmoid: (node, builder) => {
    const [alpha, beta] = [number(node, 'alpha', 0.2), number(node, 'beta', 0.5)]
    return clip(add(mul(builder.input(node, 0), alpha), beta), 0, 1)
  },
  Clip: (node, builder) => {
    const low = builder.scalar(node, 1) ?? number(node, 'min', -largestFloat)
    const high = builder.scalar(node, 2) ?? number(node, 'max', largestFloat)
    return clip(builder.input(node, 0), low, high)
  },
  Pow: (node, builder) => {
    const exponent = builder.scalar(node, 1)
    if (exponent === undefined) throw unsupported('Pow by another value')
    return pow(builder.input(node, 0), exponent)
  },
  Gelu: (node, builder) => {
    const x = builder.input(node, 0)
    if (node.attributes.get('approximate') !== 'tanh') return gelu(x)
    const inner = mul(add(x, mul(pow(x, 3), 0.044715)), Math.sqrt(2 / Math.PI))
    return mul(mul(x, 0.5), add(tanh(inner), 1))
  },
  Identity: same,
  Dropout: same,
  // Everything is float32 here, whatever type the model computes in.
  Cast: same,
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  ReduceMean: reduced(mean),
  ReduceSum: reduced(sum),
  GlobalAveragePool: unary(globalAveragePool),
  Transpose: (node, builder) => {
    const x = builder.input(node, 0)
    return transpose(x, integers(node, 'perm') ?? x.shape.map((_, axis) => x.rank - 1 - axis))
  },
  Softmax: (node, builder) => {
    const x = builder.input(node, 0)
    const axis = number(node, 'axis', builder.part.operatorSet < 13 ? 1 : -1)
    // Before set 13, all axes from this one on were flattened into one.
    if (builder.part.operatorSet < 13 && axis !== -1 && axis !== x.rank - 1) throw unsupported('Softmax over many axes')
    return softmax(x, axis)
  },
  Concat: (node, builder) =>
    concat(
      node.inputs.map((_, i) => builder.input(node, i)),
      number(node, 'axis', 0),
    ),
  Split: (node, builder) => {
    const axis = number(node, 'axis', 0)
    const sizes = node.outputs.map((name) => builder.shapeOf(name).at(axis))
    return split(builder.input(node, 0), axis, sizes.map(fixedSize))
  },
  Gather: (node, builder) => {
    const place = builder.scalar(node, 1)
    if (place === undefined) throw unsupported('Gather of several places')
    const x = builder.input(node, 0)
    const axis = number(node, 'axis', 0)
    const at = place < 0 ? place + x.size(axis) : place
    return reshape(slice(x, axis, at, at + 1), builder.shapeOf(node.outputs[0]))
  },
  Slice: (node, builder) => {
    const [starts, ends, axes, steps] = [1, 2, 3, 4].map((i) => builder.numbers(node, i))
    if (!starts || !ends || steps?.some((step) => step !== 1)) throw unsupported('Slice with steps')
    return starts.reduce(
      (x, start, i) => {
        const axis = axes?.[i] ?? i
        const size = x.size(axis)
        const within = (at: number): number => Math.max(0, Math.min(size, at < 0 ? at + size : at))
        return slice(x, axis, within(start), within(ends[i]))
      },
      builder.input(node, 0),
    )
  },
  MatMul: (node, builder) => matmul(builder.operand(node, 0), builder.operand(node, 1)),
  Gemm: (node, builder) => {
    if (number(node, 'transA', 0) !== 0) throw unsupported('Gemm with its first matrix turned')
    const weight = builder.operand(node, 1)
    const product = matmul(builder.input(node, 0), number(node, 'transB', 0) ? transpose(weight) : weight)
    const scaled = times(product, number(node, 'alpha', 1))
    return builder.has(node, 2) ? add(scaled, times(builder.operand(node, 2), number(node, 'beta', 1))) : scaled
  },
  LayerNormalization: (node, builder) => {
    const x = builder.input(node, 0)
    const axis = number(node, 'axis', -1)
    if (axis !== -1 && axis !== x.rank - 1) throw unsupported('LayerNormalization over many axes')
    const scale = builder.operand(node, 1)
    const shift = builder.has(node, 2) ? builder.operand(node, 2) : x.graph.scalar(0, 'float32')
    return layerNormalization(x, scale, shift, number(node, 'epsilon', 1e-5))
  },
  BatchNormalization: (node, builder) => {
    const { scale, shift } = builder.normalization(node)
    const x = builder.input(node, 0)
    const shape = [scale.length, ...new Array<number>(x.rank - 2).fill(1)]
    const parameter = (part: string, data: Float32Array): Value =>
      builder.parameter(node.outputs[0] + part, shape, data)
    return add(mul(x, parameter('.scale', scale)), parameter('.shift', shift))
  },
  AveragePool: (node, builder) => {
    const kernel = pair(integers(node, 'kernel_shape'), 'AveragePool')
    const [x, strides] = [builder.input(node, 0), pair(integers(node, 'strides') ?? [1, 1], 'AveragePool')]
    const pads = padsOf(node, x, kernel, strides)
    const isPadded = pads.some((size) => size > 0)
    if ((isPadded && number(node, 'count_include_pad', 0) === 0) || number(node, 'ceil_mode', 0) === 1) {
      throw unsupported('AveragePool with windows of several sizes')
    }
    return averagePool(x, kernel, { strides, pads })
  },
  Conv: (node, builder) => builder.convolution(node),
}

const times = (x: Value, factor: number): Value => (factor === 1 ? x : mul(x, factor))

/** The bound of a clip without bounds. */
const largestFloat = 3.4028234663852886e38

class Builder {
  readonly part: ModelPart
  readonly #graph: Graph
  readonly #batch: Dimension
  readonly #parameter: PartParameter
  readonly #values = new Map<string, Value>()
  readonly #fixed = new Map<string, Value>()
  /** Batch normalisations folded into the convolution before them, by the name of the convolution's output. */
  readonly #folded = new Map<string, ImportedNode>()

  constructor(part: ModelPart, input: Value, parameter: PartParameter) {
    this.part = part
    this.#graph = input.graph
    this.#batch = input.shape[0]
    this.#parameter = parameter
    this.#values.set(part.input.name, input)
    const makers = new Map(part.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
    for (const node of part.nodes) {
      if (node.operator !== 'BatchNormalization') continue
      const maker = makers.get(node.inputs[0])
      const users = part.nodes.filter(({ inputs }) => inputs.includes(node.inputs[0]))
      if (maker?.operator === 'Conv' && users.length === 1) this.#folded.set(node.inputs[0], node)
    }
  }

  build(node: ImportedNode): void {
    if (this.#folded.get(node.inputs[0]) === node) {
      this.#values.set(node.outputs[0], this.value(node.inputs[0]))
      return
    }
    const make = operators[node.operator]
    if (!make) throw unsupported(node.operator)
    const made = make(node, this)
    const results = Array.isArray(made) ? made : [made]
    for (const [i, result] of results.entries()) this.#values.set(node.outputs[i], result)
  }

  value(name: string): Value {
    const value = this.#values.get(name)
    if (!value) throw unsupported(`“${name}”, which does not come from its input alone`)
    return value
  }

  has(node: ImportedNode, i: number): boolean {
    return (node.inputs[i] ?? '') !== ''
  }

  /** An input; a constant if it doesn't depend on the image. */
  input(node: ImportedNode, i: number): Value {
    const name = node.inputs[i]
    return this.#values.get(name) ?? this.#constant(name)
  }

  /** An input; a trainable tensor if it doesn't depend on the image, unless it is a single number. */
  operand(node: ImportedNode, i: number): Value {
    const name = node.inputs[i]
    const known = this.#values.get(name)
    if (known) return known
    const { data, shape } = this.#floats(name)
    return data.length === 1 ? this.#constant(name) : this.parameter(name, shape, data)
  }

  parameter(name: string, shape: readonly number[], data: Float32Array): Value {
    const known = this.#fixed.get(name)
    if (known) return known
    const value = this.#parameter(name, { shape, data })
    this.#fixed.set(name, value)
    return value
  }

  /** An input that is a single number, the same for every image; undefined if it is omitted, or anything else. */
  scalar(node: ImportedNode, i: number): number | undefined {
    const numbers = this.numbers(node, i)
    return numbers?.length === 1 ? numbers[0] : undefined
  }

  numbers(node: ImportedNode, i: number): number[] | undefined {
    const fixed = this.has(node, i) ? this.part.fixed.get(node.inputs[i]) : undefined
    return fixed && Array.from<number | bigint, number>(fixed.data, Number)
  }

  axes(node: ImportedNode): readonly number[] | undefined {
    return integers(node, 'axes') ?? this.numbers(node, 1)
  }

  shapeOf(name: string): Dimension[] {
    const shape = this.part.shapes.get(name)
    if (!shape) throw new Error(`The shape of ${name} was not measured`)
    return shape.map((size) => {
      if (typeof size === 'number') return size
      if (size.timesBatch === 1) return this.#batch
      if (typeof this.#batch === 'number') return this.#batch * size.timesBatch
      throw unsupported('Reshape that joins images')
    })
  }

  convolution(node: ImportedNode): Value {
    const x = this.input(node, 0)
    const weight = this.#floats(node.inputs[1])
    if (weight.shape.length !== 4) throw unsupported('Conv over other than two axes')
    if (integers(node, 'dilations')?.some((step) => step !== 1)) throw unsupported('Conv with dilation')
    const [kernelHeight, kernelWidth] = weight.shape.slice(2)
    const strides = pair(integers(node, 'strides') ?? [1, 1], 'Conv')
    const options = {
      strides,
      pads: padsOf(node, x, [kernelHeight, kernelWidth], strides),
      groups: number(node, 'group', 1),
    }
    const bias = this.has(node, 2) ? this.#floats(node.inputs[2]).data : undefined
    const normalization = this.#folded.get(node.outputs[0])
    if (!normalization) {
      const b = bias && this.operand({ ...node, inputs: [node.inputs[2]] }, 0)
      return convolution(x, this.parameter(node.inputs[1], weight.shape, weight.data), b, options)
    }
    const { scale, shift } = this.normalization(normalization)
    const each = weight.data.length / scale.length
    const w = weight.data.map((entry, i) => entry * scale[Math.floor(i / each)])
    const b = shift.map((entry, o) => entry + scale[o] * (bias?.[o] ?? 0))
    const name = normalization.outputs[0]
    const shifts = this.parameter(`${name}.shift`, [b.length], b)
    return convolution(x, this.parameter(`${name}.weight`, weight.shape, w), shifts, options)
  }

  /** (x - mean) / √(variance + ε) · γ + β as x · scale + shift, of each channel */
  normalization(node: ImportedNode): { scale: Float32Array; shift: Float32Array } {
    const [gamma, beta, average, variance] = [1, 2, 3, 4].map((i) => this.#floats(node.inputs[i]).data)
    const epsilon = number(node, 'epsilon', 1e-5)
    const scale = gamma.map((g, c) => g / Math.sqrt(variance[c] + epsilon))
    return { scale, shift: beta.map((b, c) => b - average[c] * scale[c]) }
  }

  #floats(name: string): { shape: readonly number[]; data: Float32Array } {
    const fixed = this.part.fixed.get(name)
    if (!fixed || !(fixed.data instanceof Float32Array)) throw unsupported(`“${name}” in place of a weight`)
    return { shape: fixed.shape, data: fixed.data }
  }

  #constant(name: string): Value {
    const { data, shape } = this.#floats(name)
    const known = this.#fixed.get(name)
    if (known) return known
    const value = this.#graph.constant('float32', data, shape)
    this.#fixed.set(name, value)
    return value
  }
}

function fixedSize(size: Dimension | undefined): number {
  if (typeof size === 'number') return size
  throw unsupported('Split along the batch')
}
