import type { ElementArray, ElementType } from '../run/session.ts'

/** A size, or the name of one that is known only at run time (such as the batch). */
export type Dimension = number | string
export type Shape = readonly Dimension[]

/** An attribute of an ONNX node. Integers are marked by `{ int }` and `{ ints }`, as ONNX tells 1 from 1.0. */
export type Attribute = { int: number } | { ints: readonly number[] } | { float: number } | { text: string }

/**
 * Builds ∂loss/∂input for each input of a node from its ∂loss/∂output; undefined where no gradient flows. A node with several
 * outputs gets one gradient for each. For outputs that the loss doesn't depend on, the first is zeros, the others are undefined.
 */
export type Gradient = (outputGradient: Value, ...others: (Value | undefined)[]) => (Value | undefined)[]

export interface Node {
  operator: string
  inputs: readonly Value[]
  outputs: readonly Value[]
  attributes: Record<string, Attribute>
  gradient?: Gradient
  /** The values that `gradient` refers to, if not the node's inputs (see `withGradient`). */
  sources?: readonly Value[]
}

/** The symbolic result of an operator, an input, a parameter or a constant of one graph. */
export class Value {
  readonly graph: Graph
  readonly name: string
  readonly type: ElementType
  readonly shape: Shape
  /** The node that computes it; undefined for inputs, parameters and constants. */
  node: Node | undefined

  constructor(graph: Graph, name: string, type: ElementType, shape: Shape) {
    this.graph = graph
    this.name = name
    this.type = type
    this.shape = shape
  }

  get rank(): number {
    return this.shape.length
  }

  /** Size along an axis (negative: from the end). @throws if that size is known only at run time */
  size(axis: number): number {
    const size = this.shape.at(axis)
    if (typeof size !== 'number') throw new Error(`The size of ${this.name} along axis ${axis} is not fixed: ${size}`)
    return size
  }
}

export interface Parameter {
  name: string
  value: Value
  /** Initial values, row-major. */
  data: Float32Array
  shape: readonly number[]
}

export interface Initializer {
  value: Value
  data: ElementArray
}

/**
 * A graph under construction: operators (see `operators/`) append nodes to it, in an order in which they can run. With parameters
 * as `inputs` it can be trained; with parameters as `constants` it is a plain model for inference.
 */
export class Graph {
  readonly nodes: Node[] = []
  readonly inputs: Value[] = []
  readonly outputs = new Map<string, Value>()
  readonly parameters: Parameter[] = []
  readonly initializers: Initializer[] = []
  readonly parametersAs: 'inputs' | 'constants'
  readonly #constants = new Map<string, Value>()
  readonly #names = new Set<string>()
  #counter = 0

  constructor(parametersAs: 'inputs' | 'constants' = 'inputs') {
    this.parametersAs = parametersAs
  }

  input(name: string, type: ElementType, shape: Shape): Value {
    const value = this.#named(name, type, shape)
    this.inputs.push(value)
    return value
  }

  /** A trainable tensor. */
  parameter(name: string, shape: readonly number[], data: Float32Array): Value {
    if (data.length !== elements(shape)) throw new Error(`${name}: ${data.length} values for shape [${shape}]`)
    const value = this.#named(name, 'float32', shape)
    this.parameters.push({ name, value, data, shape })
    if (this.parametersAs === 'constants') this.initializers.push({ value, data })
    return value
  }

  /** A fixed tensor. */
  constant(type: ElementType, data: ElementArray, shape: readonly number[]): Value {
    const value = this.#named(this.#fresh('constant'), type, shape)
    this.initializers.push({ value, data })
    return value
  }

  /** A fixed scalar; equal numbers share a value. */
  scalar(number: number, type: ElementType): Value {
    const key = `${type} ${number}`
    const known = this.#constants.get(key)
    if (known) return known
    const value = this.constant(type, arrayOf(type, [number]), [])
    this.#constants.set(key, value)
    return value
  }

  /** A fixed list of integers, which is how ONNX takes shapes and axes; equal lists share a value. */
  integers(numbers: readonly number[]): Value {
    const key = `list ${numbers}`
    const known = this.#constants.get(key)
    if (known) return known
    const value = this.constant('int64', BigInt64Array.from(numbers, BigInt), [numbers.length])
    this.#constants.set(key, value)
    return value
  }

  /** Appends a node with one output. Only operators should call this. */
  append(
    operator: string,
    inputs: readonly Value[],
    type: ElementType,
    shape: Shape,
    attributes: Record<string, Attribute> = {},
    gradient?: Gradient,
  ): Value {
    return this.appendMany(operator, inputs, [{ type, shape }], attributes, gradient)[0]
  }

  /** Appends a node with several outputs. */
  appendMany(
    operator: string,
    inputs: readonly Value[],
    results: readonly { type: ElementType; shape: Shape }[],
    attributes: Record<string, Attribute> = {},
    gradient?: Gradient,
  ): Value[] {
    for (const input of inputs) {
      if (input.graph !== this) throw new Error(`${operator}: ${input.name} belongs to another graph`)
    }
    const outputs = results.map(({ type, shape }) => this.#named(this.#fresh(operator), type, shape))
    const node: Node = { operator, inputs, outputs, attributes, gradient }
    for (const output of outputs) output.node = node
    this.nodes.push(node)
    return outputs
  }

  /**
   * A part of the graph with its own gradient instead of that of its operators, for recomputing in the backward pass what would be
   * too large to keep.
   * @param sources what the part depends on
   * @param forward builds the part
   * @param gradient given ∂loss/∂result, builds ∂loss/∂source for each source
   */
  withGradient(sources: readonly Value[], forward: () => Value, gradient: Gradient): Value {
    const start = this.nodes.length
    const result = forward()
    for (const node of this.nodes.slice(start)) node.gradient = undefined
    const value = this.append('Identity', [result], result.type, result.shape, {}, gradient)
    value.node!.sources = sources
    return value
  }

  /** Makes a value an output of the model. */
  output(name: string, value: Value): void {
    if (this.outputs.has(name)) throw new Error(`Two outputs are named ${name}`)
    this.outputs.set(name, value)
  }

  #fresh(stem: string): string {
    return `${stem}_${this.#counter++}`
  }

  #named(name: string, type: ElementType, shape: Shape): Value {
    if (this.#names.has(name)) throw new Error(`Two values are named ${name}`)
    this.#names.add(name)
    return new Value(this, name, type, shape)
  }
}

/** A constant of the shape and type of a value, all 0. */
export function zeros(value: Value): Value {
  const shape = value.shape.map((_, axis) => value.size(axis))
  const count = elements(shape)
  const data = value.type === 'float64' ? new Float64Array(count) : new Float32Array(count)
  return value.graph.constant(value.type, data, shape)
}

/** The number of entries of a tensor of this shape. @throws if a size is known only at run time */
export function elements(shape: Shape): number {
  return shape.reduce<number>((product, size) => {
    if (typeof size !== 'number') throw new Error(`The size ${size} is not fixed`)
    return product * size
  }, 1)
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}

/** The shape that two shapes broadcast to (numpy's rule). @throws if they don't fit */
export function broadcastShapes(a: Shape, b: Shape): Dimension[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1
    const right = b[i - rank + b.length] ?? 1
    if (left === right || right === 1) return left
    if (left === 1) return right
    throw new Error(`Shapes [${a}] and [${b}] don’t broadcast`)
  })
}

/** Axis counted from the front. */
export function positiveAxis(axis: number, rank: number): number {
  if (axis < -rank || axis >= rank) throw new Error(`Axis ${axis} is out of range for rank ${rank}`)
  return axis < 0 ? axis + rank : axis
}

export function arrayOf(type: ElementType, numbers: readonly number[]): ElementArray {
  switch (type) {
    case 'float32':
      return Float32Array.from(numbers)
    case 'float64':
      return Float64Array.from(numbers)
    case 'float16':
      return Float16Array.from(numbers)
    case 'int64':
      return BigInt64Array.from(numbers, BigInt)
    case 'int32':
      return Int32Array.from(numbers)
    case 'bool':
    case 'uint8':
      return Uint8Array.from(numbers)
  }
}
