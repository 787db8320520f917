import type { AttributeMessage, ModelMessage, NodeMessage, TensorMessage } from '../tensor/onnx/format.ts'
import { attributeType, elementTypeNumber } from '../tensor/onnx/format.ts'
import { modelBytes } from '../tensor/onnx/joinModels.ts'
import { floatsOf } from '../tensor/onnx/numbers.ts'
import { Session, type Tensor } from '../tensor/run/session.ts'

/** Comparisons that not all readers of ONNX know, as the negation of one that they all know. */
const opposites: Readonly<Record<string, string>> = { GreaterOrEqual: 'Less', LessOrEqual: 'Greater' }

/**
 * Rewrites a model so that more readers understand it: with plain weights, without comparisons that were added late, and with
 * explicit padding.
 * @param feeds inputs with any values, for one run that finds out the sizes that padding depends on
 * @throws UserError `model-unreadable`
 */
export async function portable(given: ModelMessage, feeds: Record<string, Tensor>): Promise<ModelMessage> {
  const message = withPlainWeights(given)
  const { graph } = message
  const sizes = await sizesOf(message, feeds)
  for (const { name, dims } of graph.initializer) sizes.set(name, dims.map(Number))
  const node = graph.node.flatMap((one) => {
    const opposite = opposites[one.op_type]
    return opposite === undefined ? [withPads(one, sizes)] : negated(one, opposite)
  })
  return { ...message, graph: { ...graph, node } }
}

/** Weights kept in 16 bits are cast as a model is loaded; readers that look for weights among what is stored don't find them. */
function withPlainWeights(message: ModelMessage): ModelMessage {
  const { graph } = message
  const kept = new Map(graph.initializer.map((one) => [one.name, one]))
  const plain = graph.node.flatMap((node): TensorMessage[] => {
    const to = node.attribute?.find(({ name }) => name === 'to')?.i
    if (node.op_type !== 'Cast' || Number(to) !== elementTypeNumber.float32) return []
    const from = kept.get(node.input[0])
    const values = from && floatsOf(from)
    if (!values) return []
    return [{ name: node.output[0], dims: from.dims, data_type: elementTypeNumber.float32, raw_data: bytesOf(values) }]
  })
  if (plain.length === 0) return message
  const made = new Set(plain.map(({ name }) => name))
  const node = graph.node.filter(({ output }) => !made.has(output[0]))
  const used = new Set([...node.flatMap(({ input }) => input), ...graph.output.map(({ name }) => name)])
  const initializer = [...graph.initializer.filter(({ name }) => used.has(name)), ...plain]
  return { ...message, graph: { ...graph, node, initializer } }
}

const bytesOf = ({ buffer }: Float32Array): Uint8Array => new Uint8Array(buffer)

function negated(node: NodeMessage, opposite: string): NodeMessage[] {
  const [output] = node.output
  const between = `${output}/not`
  return [
    { ...node, op_type: opposite, output: [between] },
    { op_type: 'Not', name: node.name ? `${node.name}/not` : '', input: [between], output: [output] },
  ]
}

const textOf = ({ s }: AttributeMessage): string => (s ? Buffer.from(s).toString('utf8') : '')

function automaticPadding({ attribute = [] }: NodeMessage): string | undefined {
  const found = attribute.find(({ name }) => name === 'auto_pad')
  return found && textOf(found)
}

/** The sizes of the values that padding depends on. */
async function sizesOf(message: ModelMessage, feeds: Record<string, Tensor>): Promise<Map<string, readonly number[]>> {
  const padded = message.graph.node.filter((node) => /^SAME_/.test(automaticPadding(node) ?? ''))
  const names = [...new Set(padded.map(({ input }) => input[0]))]
  const isGiven = (name: string): boolean => Object.hasOwn(feeds, name)
  const sizes = new Map(names.filter(isGiven).map((name) => [name, feeds[name].dims]))
  const wanted = names.filter((name) => !isGiven(name))
  if (wanted.length === 0) return sizes
  const output = wanted.map((name) => ({ name }))
  const session = await Session.open(modelBytes({ ...message, graph: { ...message.graph, output } }))
  try {
    const found = await session.run(feeds, wanted)
    for (const name of wanted) sizes.set(name, found[name].dims)
  } finally {
    await session.close()
  }
  return sizes
}

function withPads(node: NodeMessage, sizes: ReadonlyMap<string, readonly number[]>): NodeMessage {
  const automatic = automaticPadding(node)
  if (automatic === undefined) return node
  const attribute = node.attribute!.filter(({ name }) => name !== 'auto_pad')
  if (!/^SAME_/.test(automatic)) return { ...node, attribute }
  const size = sizes.get(node.input[0])!.slice(2)
  const valuesOf = (name: string): number[] | undefined => attribute.find((one) => one.name === name)?.ints?.map(Number)
  // If a convolution doesn't specify the size of its kernel, it is that of its weights.
  const kernel = valuesOf('kernel_shape') ?? sizes.get(node.input[1])?.slice(2)
  if (!kernel) return node
  const [strides, dilations] = ['strides', 'dilations'].map((name) => valuesOf(name) ?? size.map(() => 1))
  // As many windows as strides fit in. An odd one goes to the end or, for SAME_LOWER, to the beginning.
  const total = size.map((length, axis) => {
    const window = (kernel[axis] - 1) * dilations[axis] + 1
    return Math.max(0, (Math.ceil(length / strides[axis]) - 1) * strides[axis] + window - length)
  })
  const before = total.map((pad) => (automatic === 'SAME_LOWER' ? Math.ceil(pad / 2) : Math.floor(pad / 2)))
  const pads = [...before, ...total.map((pad, axis) => pad - before[axis])]
  const own = attribute.filter(({ name }) => name !== 'pads')
  return { ...node, attribute: [...own, { name: 'pads', type: attributeType.ints, ints: pads }] }
}
