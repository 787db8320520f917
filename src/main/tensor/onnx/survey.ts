import type { Reader } from 'protobufjs'

/** Weights in another file. */
export interface OutsideTensor {
  location: string
  offset: number
  length: number | undefined
  /** The bytes that its shape requires. */
  bytes: number
}

/** Bits per element, by TensorProto.data_type; type 8, strings, has no fixed size. */
const elementBits: Record<number, number> = {
  ...{
    1: 32,
    2: 8,
    3: 8,
    4: 16,
    5: 16,
    6: 32,
    7: 64,
    8: 0,
    9: 8,
    10: 16,
    11: 64,
    12: 32,
    13: 64,
    14: 64,
    15: 128,
    16: 16,
  },
  ...{ 17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8, 25: 2, 26: 2 },
}

const limits = {
  dimensions: 16,
  /** Entries of an input, and of a tensor whose shape is constant: 1 GiB of float32. */
  elements: 2 ** 28,
  /** Nested graphs, of loops and branches. */
  depth: 16,
  nodes: 1_000_000,
  /** Iterations of nested loops together; a network that goes through words or boxes one by one takes some thousands. */
  rounds: 10_000_000,
}

/** Operators whose output size is given by an input, and the index of that input. */
const sizedBy: Record<string, number> = { ConstantOfShape: 0, Expand: 1, Tile: 1 }
const sizedByAttribute = new Set(['RandomNormal', 'RandomUniform'])

interface Tensor {
  name: string
  /** The values, if it is a short list of integers. */
  integers: number[] | undefined
}

interface Node {
  inputs: string[]
  outputs: string[]
  operator: string
  domain: string
  constant: Tensor | undefined
  shape: number[] | undefined
  /** The graphs of a loop, branch or scan. */
  graphs: Scope[]
}

/** What is known about a graph once all of it has been read: its nodes may use names defined later, or in a surrounding graph. */
interface Scope {
  /** Short lists of integers that are the same for every image. */
  integers: Map<string, number[]>
  /** Names of values that are the same for every image. */
  fixed: Set<string>
  /** Aliases: name to name. */
  same: Map<string, string>
  inputs: string[]
  outputs: string[]
  /** Nodes whose output size or iterations have to be checked. */
  judged: Node[]
}

/**
 * Surveys an ONNX file, field by field, without decoding it as a whole: weights are skipped, however large, and a file that claims
 * more than it holds costs nothing. Field numbers are those of onnx.proto3.
 */
export class GraphSurvey {
  /** The domains used, with one operator of each. */
  readonly operators = new Map<string, string>()
  /** The domains of functions that the model defines itself. */
  readonly functions = new Set<string>()
  readonly outside: OutsideTensor[] = []
  hasGraph = false
  /** A sentence about the first problem found. */
  fault: string | undefined
  #nodes = 0

  /** @throws if the encoding is broken */
  model(reader: Reader): void {
    fields(reader, reader.len, {
      7: (end) => {
        this.hasGraph = true
        this.#graph(reader, end, 0)
      },
      20: (end) =>
        fields(reader, end, { 1: (to) => this.#graph(reader, to, 0), 2: (to) => this.#graph(reader, to, 0) }),
      25: (end) => this.#function(reader, end),
    })
  }

  #function(reader: Reader, end: number): void {
    let domain = ''
    const scope = newScope()
    fields(reader, end, {
      7: (to) => addNode(scope, this.#node(reader, to, 1)),
      10: (to) => {
        domain = text(reader, to)
      },
    })
    this.#judge([scope], 1)
    this.functions.add(domain)
  }

  #graph(reader: Reader, end: number, depth: number): Scope {
    if (depth > limits.depth) throw new Error('Graphs lie too deep in each other')
    const inputs: { name: string; sizes: number[] }[] = []
    const scope = newScope()
    fields(reader, end, {
      1: (to) => addNode(scope, this.#node(reader, to, depth)),
      5: (to) => keep(scope, this.#tensor(reader, to)),
      15: (to) => this.#sparse(reader, to),
      11: (to) => inputs.push(valueInfo(reader, to)),
      12: (to) => scope.outputs.push(valueInfo(reader, to).name),
    })
    scope.inputs = inputs.map(({ name }) => name)
    if (depth > 0) return scope
    this.#judge([scope], 1)
    for (const { name, sizes } of inputs) if (!scope.fixed.has(name)) this.#requireSize(sizes, 'It takes a tensor of')
    return scope
  }

  /** @param scopes the graph and those around it, innermost first @param rounds how often the graph runs */
  #judge(scopes: readonly Scope[], rounds: number): void {
    const integersOf = (name: string | undefined) =>
      scopes.map(({ integers }) => integers.get(name ?? '')).find((found) => found !== undefined)
    for (const node of scopes[0].judged) {
      const { operator, inputs, shape, graphs } = node
      if (isSized(operator))
        this.#requireSize(shape ?? integersOf(inputs[sizedBy[operator]]), `${operator} makes a tensor of`)
      for (const graph of graphs) {
        const inside = [graph, ...scopes]
        // A loop that can end by its condition often has no other bound.
        const isBounded = operator === 'Loop' && neverEndsItself(inside)
        const times = rounds * (isBounded ? Math.max(1, inputs[0] ? (integersOf(inputs[0])?.[0] ?? 1) : Infinity) : 1)
        if (times > limits.rounds)
          this.fault ??= `It has a loop that goes round ${Number.isFinite(times) ? `${times} times` : 'for ever'}`
        else this.#judge(inside, times)
      }
    }
  }

  #node(reader: Reader, end: number, depth: number): Node {
    if (++this.#nodes > limits.nodes) throw new Error('There are too many nodes')
    const node: Node = {
      inputs: [],
      outputs: [],
      operator: '',
      domain: '',
      constant: undefined,
      shape: undefined,
      graphs: [],
    }
    fields(reader, end, {
      1: (to) => node.inputs.push(text(reader, to)),
      2: (to) => node.outputs.push(text(reader, to)),
      4: (to) => {
        node.operator = text(reader, to)
      },
      7: (to) => {
        node.domain = text(reader, to)
      },
      5: (to) => this.#attribute(reader, to, depth, node),
    })
    if (!this.operators.has(node.domain)) this.operators.set(node.domain, node.operator)
    return node
  }

  #attribute(reader: Reader, end: number, depth: number, node: Node): void {
    let name = ''
    const integers: number[] = []
    fields(
      reader,
      end,
      {
        1: (to) => {
          name = text(reader, to)
        },
        5: (to) => {
          const tensor = this.#tensor(reader, to)
          if (node.operator === 'Constant' || node.operator === '') node.constant = tensor
        },
        10: (to) => void this.#tensor(reader, to),
        6: (to) => node.graphs.push(this.#graph(reader, to, depth + 1)),
        11: (to) => node.graphs.push(this.#graph(reader, to, depth + 1)),
        22: (to) => this.#sparse(reader, to),
        23: (to) => this.#sparse(reader, to),
        8: (to) => numbers(reader, to, integers),
      },
      { 8: () => integers.push(Number(reader.int64())) },
    )
    if (name === 'shape') node.shape = integers.map(Number)
  }

  #sparse(reader: Reader, end: number): void {
    fields(reader, end, { 1: (to) => void this.#tensor(reader, to), 2: (to) => void this.#tensor(reader, to) })
  }

  #tensor(reader: Reader, end: number): Tensor {
    let [name, type, isOutside, texts] = ['', 0, false, 0]
    const held = end - reader.pos
    const dims: number[] = []
    const integers: number[] = []
    let raw: Uint8Array | undefined
    const outside = new Map<string, string>()
    fields(
      reader,
      end,
      {
        1: (to) => numbers(reader, to, dims),
        6: (to) => {
          texts++
          reader.pos = to
        },
        7: (to) => numbers(reader, to, integers),
        8: (to) => {
          name = text(reader, to)
        },
        9: (to) => {
          if (to - reader.pos <= 8 * limits.dimensions) raw = reader.buf.slice(reader.pos, to)
          reader.pos = to
        },
        13: (to) => outside.set(...entry(reader, to)),
      },
      {
        1: () => dims.push(Number(reader.int64())),
        2: () => {
          type = reader.int32()
        },
        7: () => integers.push(Number(reader.int64())),
        14: () => {
          isOutside = reader.int32() === 1
        },
      },
    )
    const elements = dims.reduce((product, size) => product * size, 1)
    const bits = Object.hasOwn(elementBits, type) ? elementBits[type] : 0
    const bytes = Math.ceil((elements * bits) / 8)
    const words = `the shape [${dims.slice(0, 8).join(', ')}]`
    if (dims.length > limits.dimensions || dims.some((size) => size < 0) || !Number.isSafeInteger(bytes)) {
      this.fault ??= `A tensor in it is said to have ${words}`
    } else if (isOutside) {
      this.outside.push({
        location: outside.get('location') ?? '',
        offset: Number(outside.get('offset') ?? 0),
        length: outside.has('length') ? Number(outside.get('length')) : undefined,
        bytes,
      })
    } else if (type === 8 ? texts < elements : held * 8 < elements * Math.min(bits, 8)) {
      // Every number takes at least one byte, except in types of which several share a byte.
      this.fault ??= `A tensor in it has fewer numbers than ${words} takes`
    }
    return { name, integers: type === 7 ? (raw ? int64s(raw) : shortList(integers)) : undefined }
  }

  #requireSize(sizes: readonly number[] | undefined, what: string): void {
    if (!sizes || sizes.length === 0) return
    const elements = sizes.reduce((product, size) => product * Math.max(1, size), 1)
    if (elements <= limits.elements && sizes.length <= limits.dimensions) return
    this.fault ??= `${what} the shape [${sizes.slice(0, 8).join(', ')}]`
  }
}

const newScope = (): Scope => ({
  ...{ integers: new Map(), fixed: new Set(), same: new Map() },
  ...{ inputs: [], outputs: [], judged: [] },
})

const isSized = (operator: string): boolean => Object.hasOwn(sizedBy, operator) || sizedByAttribute.has(operator)

function keep({ fixed, integers: known }: Scope, { name, integers }: Tensor): void {
  fixed.add(name)
  if (integers) known.set(name, integers)
}

function addNode(scope: Scope, node: Node): void {
  if (node.constant) keep(scope, { ...node.constant, name: node.outputs[0] ?? '' })
  if (node.operator === 'Identity') scope.same.set(node.outputs[0] ?? '', node.inputs[0] ?? '')
  if (isSized(node.operator) || node.graphs.length > 0) scope.judged.push(node)
}

/** Whether a loop's condition never changes: its body returns what it was given, or a constant. @param scopes the body and those around it */
function neverEndsItself([body, ...around]: readonly Scope[]): boolean {
  let name = body.outputs[0]
  for (let steps = 0; body.same.has(name) && steps < limits.nodes; steps++) name = body.same.get(name)!
  return name === body.inputs[1] || [body, ...around].some(({ fixed }) => fixed.has(name))
}

type Visit = (end: number) => unknown

/**
 * Visits all fields up to `end`.
 * @param whole visitors for fields with a length, which must read exactly to the end they are given
 * @param single visitors for fields that are a single number
 */
function fields(reader: Reader, end: number, whole: Record<number, Visit>, single: Record<number, () => unknown> = {}) {
  if (end > reader.len) throw new RangeError('A field is longer than the file')
  while (reader.pos < end) {
    const tag = reader.uint32()
    const [field, wire] = [tag >>> 3, tag & 7]
    if (wire === 2 && whole[field]) {
      const to = reader.uint32() + reader.pos
      if (to > end) throw new RangeError('A field is longer than what it lies in')
      whole[field](to)
      if (reader.pos !== to) throw new RangeError('A field ends elsewhere')
    } else if (wire === 0 && single[field]) single[field]()
    else reader.skipType(wire)
  }
  if (reader.pos !== end) throw new RangeError('A field is longer than what it lies in')
}

function text(reader: Reader, end: number): string {
  const bytes = reader.buf.slice(reader.pos, Math.min(end, reader.pos + 10_000))
  reader.pos = end
  return new TextDecoder().decode(bytes)
}

/** Reads packed numbers, but not all of a long list, as that can't be a shape. */
function numbers(reader: Reader, end: number, into: number[]): void {
  while (reader.pos < end && into.length <= limits.dimensions) into.push(Number(reader.int64()))
  reader.pos = Math.max(reader.pos, end)
}

function entry(reader: Reader, end: number): [key: string, value: string] {
  const found: [string, string] = ['', '']
  const take = (place: 0 | 1) => (to: number) => {
    found[place] = text(reader, to)
  }
  fields(reader, end, { 1: take(0), 2: take(1) })
  return found
}

function valueInfo(reader: Reader, end: number): { name: string; sizes: number[] } {
  const found = { name: '', sizes: [] as number[] }
  const dimension = (to: number) => fields(reader, to, {}, { 1: () => found.sizes.push(Number(reader.int64())) })
  const shape = (to: number) => fields(reader, to, { 1: dimension })
  const tensor = (to: number) => fields(reader, to, { 2: shape })
  const type = (to: number) => fields(reader, to, { 1: tensor })
  const name = (to: number) => {
    found.name = text(reader, to)
  }
  fields(reader, end, { 1: name, 2: type })
  return found
}

function int64s(bytes: Uint8Array): number[] | undefined {
  if (bytes.length % 8 !== 0) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({ length: bytes.length / 8 }, (_, i) => Number(view.getBigInt64(8 * i, true)))
}

const shortList = (list: number[]): number[] | undefined => (list.length <= limits.dimensions ? list : undefined)
