import { UserError } from '../../base/errors.ts'
import {
  type AttributeMessage,
  attributeType,
  elementTypeNumber,
  type GraphMessage,
  type ModelMessage,
  type NodeMessage,
  operatorSet,
  type TensorMessage,
} from './format.ts'

/** Too much was different in older sets. */
const oldest = 7

/** A node to convert, with what is known around it. */
interface Place {
  node: NodeMessage
  from: number
  /** A value that is known to be the same for every image, otherwise undefined. */
  fixed(name: string | undefined): TensorMessage | undefined
  integers(values: readonly number[]): string
  float(value: number): string
  fresh(): string
}

type Change = (place: Place) => NodeMessage[]

/**
 * Converts a model to operator set 17, from whichever it was written for: the same results, with standard operators only.
 * @throws UserError `operator-set` if an operator can't be converted or isn't a standard one
 */
export function inOperatorSet17(message: ModelMessage): GraphMessage {
  const own = (domain = ''): boolean => domain === '' || domain === 'ai.onnx'
  const from = Number(message.opset_import.find(({ domain }) => own(domain))?.version ?? 1)
  if (from < oldest) throw notPortable(`It is written for operator set ${from}, of long ago.`)
  if ((message.functions ?? []).length > 0) throw notPortable('It brings operators of its own.')
  const extra: TensorMessage[] = []
  const names = new Map<string, string>()
  let counter = 0
  const fresh = (): string => `set17_${counter++}`
  const constant = (key: string, tensor: Omit<TensorMessage, 'name'>): string => {
    const known = names.get(key)
    if (known !== undefined) return known
    const name = fresh()
    extra.push({ name, ...tensor })
    names.set(key, name)
    return name
  }
  const integers = (values: readonly number[]): string =>
    constant(`integers ${values}`, {
      dims: [values.length],
      data_type: elementTypeNumber.int64,
      raw_data: bytesOf(BigInt64Array.from(values, BigInt)),
    })
  const float = (value: number): string =>
    constant(`float ${value}`, {
      dims: [],
      data_type: elementTypeNumber.float32,
      raw_data: bytesOf(Float32Array.of(value)),
    })
  const adapt = (graph: GraphMessage, outer: Map<string, TensorMessage>): GraphMessage => {
    const known = new Map(outer)
    for (const tensor of graph.initializer ?? []) known.set(tensor.name, tensor)
    for (const node of graph.node) {
      const value = node.op_type === 'Constant' ? attributeOf(node, 'value')?.t : undefined
      if (value) known.set(node.output[0], value)
    }
    const node = graph.node.flatMap((original) => {
      if (!own(original.domain)) throw notPortable(`It uses ${original.domain}.${original.op_type}.`)
      const inner = (original.attribute ?? []).map((one) => (one.g ? { ...one, g: adapt(one.g, known) } : one))
      const place = { ...original, attribute: inner }
      const change = changes[original.op_type]
      const fixed = (name: string | undefined) => (name ? known.get(name) : undefined)
      return change ? change({ node: place, from, fixed, integers, float, fresh }) : [place]
    })
    return { ...graph, node }
  }
  const graph = adapt(message.graph, new Map())
  return { ...graph, initializer: [...(graph.initializer ?? []), ...extra] }
}

const changes: Record<string, Change> = {
  // Only its behaviour in training differs.
  Dropout: ({ node }) => {
    if (node.output.length > 1 && node.output[1] !== '') throw notPortable('It uses the mask of Dropout.')
    return [{ ...node, op_type: 'Identity', input: [node.input[0]], output: [node.output[0]], attribute: [] }]
  },
  BatchNormalization: ({ node }) => [
    { ...node, output: node.output.slice(0, 1), attribute: without(node, 'spatial', 'is_test', 'training_mode') },
  ],
  Softmax: (place) => overManyAxes(place),
  LogSoftmax: (place) => overManyAxes(place),
  Squeeze: (place) => axesAsInput(place, 13),
  Unsqueeze: (place) => axesAsInput(place, 13),
  ReduceSum: (place) => axesAsInput(place, 13),
  Split: (place) => {
    const { node, from, integers } = place
    const sizes = attributeOf(node, 'split')
    // Without sizes, it splits into equal parts anyway.
    if (from >= 13 || !sizes) return [{ ...node, attribute: without(node, 'num_outputs') }]
    return [{ ...node, input: [node.input[0], integers(integersOf(sizes))], attribute: without(node, 'split') }]
  },
  Clip: ({ node, from, float }) => {
    if (from >= 11) return [node]
    const [low, high] = [attributeOf(node, 'min'), attributeOf(node, 'max')]
    return [
      { ...node, input: [node.input[0], low ? float(low.f ?? 0) : '', high ? float(high.f ?? 0) : ''], attribute: [] },
    ]
  },
  Pad: ({ node, from, integers, float }) => {
    if (node.input.length > 3 && node.input[3] !== '') throw notPortable('It uses Pad along some axes.')
    if (from >= 11) return [node]
    const pads = integers(integersOf(attributeOf(node, 'pads')))
    const value = float(attributeOf(node, 'value')?.f ?? 0)
    return [{ ...node, input: [node.input[0], pads, value], attribute: without(node, 'pads', 'value') }]
  },
  Slice: ({ node, from, integers }) => {
    if (from >= 10) return [node]
    const starts = integersOf(attributeOf(node, 'starts'))
    const axes = attributeOf(node, 'axes')
    const input = [starts, integersOf(attributeOf(node, 'ends')), axes ? integersOf(axes) : starts.map((_, i) => i)]
    return [{ ...node, input: [node.input[0], ...input.map(integers)], attribute: [] }]
  },
  TopK: ({ node, from, integers }) => {
    if (from >= 10) return [node]
    const input = [node.input[0], integers([Number(attributeOf(node, 'k')?.i ?? 0)])]
    return [{ ...node, input, attribute: without(node, 'k') }]
  },
  Cast: ({ node }) => [{ ...node, attribute: without(node, 'saturate') }],
  AveragePool: (place) => withoutDilation(place.node),
  Resize: ({ node, from }) => {
    if (from < 11) throw notPortable('It uses Resize of before operator set 11.')
    for (const name of ['antialias', 'axes', 'keep_aspect_ratio_policy']) {
      const value = attributeOf(node, name)
      const isDefault = value && (name === 'antialias' ? Number(value.i ?? 0) === 0 : textOf(value) === 'stretch')
      if (value && !isDefault) throw notPortable(`It uses Resize with ${name}.`)
    }
    return [{ ...node, attribute: without(node, 'antialias', 'keep_aspect_ratio_policy') }]
  },
  Gelu: (place) => gelu(place),
  Mish: ({ node, fresh }) => {
    const [x, soft, bent] = [node.input[0], fresh(), fresh()]
    return [step('Softplus', [x], soft), step('Tanh', [soft], bent), step('Mul', [x, bent], node.output[0])]
  },
  ...Object.fromEntries(
    ['Mean', 'Max', 'Min', 'Prod', 'L1', 'L2', 'LogSum', 'LogSumExp', 'SumSquare'].map((kind) => [
      `Reduce${kind}`,
      (place: Place) => axesAsAttribute(place),
    ]),
  ),
}

function axesAsInput({ node, from, integers }: Place, since: number): NodeMessage[] {
  const axes = attributeOf(node, 'axes')
  if (from >= since || !axes) return [node]
  return [{ ...node, input: [node.input[0], integers(integersOf(axes))], attribute: without(node, 'axes') }]
}

function axesAsAttribute({ node, from, fixed }: Place): NodeMessage[] {
  if (from < 18) return [node]
  const [x, axes] = node.input
  const rest = without(node, 'noop_with_empty_axes')
  if (!axes) {
    const isNothing = Number(attributeOf(node, 'noop_with_empty_axes')?.i ?? 0) === 1
    return isNothing ? [step('Identity', [x], node.output[0])] : [{ ...node, attribute: rest }]
  }
  const known = fixed(axes)
  if (!known) throw notPortable(`It uses ${node.op_type} along axes that it finds out as it runs.`)
  const ints = Array.from(integersIn(known), Number)
  return [{ ...node, input: [x], attribute: [...rest, { name: 'axes', type: attributeType.ints, ints }] }]
}

/** Before set 13, all axes from the given one on (1 by default) were flattened into one. */
function overManyAxes({ node, from, fresh }: Place): NodeMessage[] {
  if (from >= 13) return [node]
  const axis = Number(attributeOf(node, 'axis')?.i ?? 1)
  const own: AttributeMessage[] = [{ name: 'axis', type: attributeType.int, i: -1 }]
  if (axis === -1) return [{ ...node, attribute: own }]
  const [flat, soft, shape] = [fresh(), fresh(), fresh()]
  const flatten = { ...step('Flatten', [node.input[0]], flat), attribute: [{ ...own[0], i: axis }] }
  return [
    flatten,
    { ...step(node.op_type, [flat], soft), attribute: own },
    step('Shape', [node.input[0]], shape),
    step('Reshape', [soft, shape], node.output[0]),
  ]
}

function withoutDilation(node: NodeMessage): NodeMessage[] {
  if (integersOf(attributeOf(node, 'dilations')).some((size) => size !== 1)) {
    throw notPortable(`It uses ${node.op_type} with dilation.`)
  }
  return [{ ...node, attribute: without(node, 'dilations') }]
}

/** x Φ(x), or its approximation with tanh. */
function gelu({ node, fresh, float }: Place): NodeMessage[] {
  const [x] = node.input
  const approximate = attributeOf(node, 'approximate')
  const [inner, bent, more, half] = [fresh(), fresh(), fresh(), fresh()]
  const end = [
    step('Add', [bent, float(1)], more),
    step('Mul', [x, float(0.5)], half),
    step('Mul', [half, more], node.output[0]),
  ]
  if (!approximate || textOf(approximate) !== 'tanh') {
    return [step('Mul', [x, float(Math.SQRT1_2)], inner), step('Erf', [inner], bent), ...end]
  }
  const [cube, small, sum] = [fresh(), fresh(), fresh()]
  return [
    step('Pow', [x, float(3)], cube),
    step('Mul', [cube, float(0.044715)], small),
    step('Add', [x, small], sum),
    step('Mul', [sum, float(Math.sqrt(2 / Math.PI))], inner),
    step('Tanh', [inner], bent),
    ...end,
  ]
}

function step(operator: string, input: string[], output: string): NodeMessage {
  return { op_type: operator, name: '', domain: '', input, output: [output], attribute: [] }
}

function attributeOf(node: NodeMessage, name: string): AttributeMessage | undefined {
  return (node.attribute ?? []).find((one) => one.name === name)
}

function without(node: NodeMessage, ...names: string[]): AttributeMessage[] {
  return (node.attribute ?? []).filter(({ name }) => !names.includes(name))
}

function integersOf(attribute: AttributeMessage | undefined): number[] {
  return (attribute?.ints ?? []).map(Number)
}

function integersIn({ raw_data: raw, int64_data: listed }: TensorMessage): readonly unknown[] | BigInt64Array {
  return raw && raw.length > 0 ? new BigInt64Array(Uint8Array.from(raw).buffer) : (listed ?? [])
}

function textOf({ s }: AttributeMessage): string {
  return new TextDecoder().decode(s)
}

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

function notPortable(why: string): UserError {
  return new UserError(
    'operator-set',
    `This backbone can’t be put into one model of operator set ${operatorSet}: ${why}`,
    'Export only the recogniser (--no-backbone), or use a backbone with standard operators.',
  )
}
