import { UserError } from '../../base/errors.ts'
import {
  type AttributeMessage,
  decodeModel,
  encodeModel,
  formatVersion,
  type GraphMessage,
  type ModelMessage,
  type NodeMessage,
  operatorSet,
  type TensorMessage,
  type ValueInfoMessage,
} from './format.ts'
import { inOperatorSet17 } from './operatorSet.ts'

/** One model of a chain. */
export interface ModelStep {
  /** Its values are named `name/…`. */
  name: string
  model: Uint8Array
  /** Where its inputs come from, by their names: `step/output` of a step before. The others are inputs of the whole. */
  inputs: Readonly<Record<string, string>>
  /** The step whose weights it shares: the same model, used twice. */
  weightsOf?: string
}

/**
 * Several models as one: each one's outputs feed those after it. In operator set 17, of standard operators alone.
 * @param outputs of the whole, by name: the `step/output` that each is
 * @throws UserError `operator-set`
 */
export function joinModels(
  steps: readonly ModelStep[],
  outputs: Readonly<Record<string, string>>,
  metadata: Record<string, string>,
): ModelMessage {
  const renamed = new Map(Object.entries(outputs).map(([name, value]) => [value, name]))
  const whole: GraphMessage = { name: 'surmise', node: [], initializer: [], input: [], output: [] }
  const types = new Map<string, ValueInfoMessage>()
  for (const { name: step, model, inputs, weightsOf } of steps) {
    const message = decodeModel(model)
    const graph = inOperatorSet17(message)
    const weights = new Set(graph.initializer.map(({ name }) => name))
    const own = new Map<string, string>(Object.entries(inputs))
    for (const input of graph.input) {
      if (weights.has(input.name) || own.has(input.name)) continue
      own.set(input.name, input.name)
      whole.input.push(input)
    }
    const nameOf = (name: string): string => {
      if (name === '') return ''
      const known = own.get(name)
      const joined = known ?? `${weights.has(name) && weightsOf !== undefined ? weightsOf : step}/${name}`
      return renamed.get(joined) ?? joined
    }
    whole.node.push(...graph.node.map((node) => renamedNode(node, nameOf, step)))
    if (weightsOf === undefined) {
      whole.initializer.push(...graph.initializer.map((tensor) => ({ ...tensor, name: nameOf(tensor.name) })))
    }
    for (const output of graph.output) types.set(`${step}/${output.name}`, output)
  }
  whole.output = Object.entries(outputs).map(([name, value]) => {
    const found = types.get(value)
    if (!found) throw new Error(`No step gives ${value}`)
    return { ...found, name }
  })
  return {
    ir_version: formatVersion,
    producer_name: 'surmise',
    opset_import: [{ domain: '', version: operatorSet }],
    metadata_props: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: whole,
  }
}

/** What the format can hold. */
const mostBytes = 2 ** 31 - 1

/** @throws UserError `model-too-large` */
export function modelBytes(message: ModelMessage): Uint8Array {
  const weights = message.graph.initializer.reduce((sum, { raw_data: raw }) => sum + (raw?.length ?? 0), 0)
  const bytes = weights < mostBytes ? encodeModel(message) : undefined
  if (bytes && bytes.length < mostBytes) return bytes
  throw new UserError(
    'model-too-large',
    'The whole model would exceed 2 GB, the limit of one ONNX file.',
    'Export it in half precision (--fp16), or only the recogniser (--no-backbone).',
  )
}

function renamedNode(node: NodeMessage, nameOf: (name: string) => string, step: string): NodeMessage {
  return {
    ...node,
    name: node.name ? `${step}/${node.name}` : '',
    input: (node.input ?? []).map(nameOf),
    output: (node.output ?? []).map(nameOf),
    attribute: (node.attribute ?? []).map((one) => renamedAttribute(one, nameOf, step)),
  }
}

/** Graphs within a node (of a loop or a branch) use the names of what surrounds them. */
function renamedAttribute(attribute: AttributeMessage, nameOf: (name: string) => string, step: string) {
  const { g } = attribute
  if (!g) return attribute
  const value = (info: ValueInfoMessage) => ({ ...info, name: nameOf(info.name) })
  const tensor = (one: TensorMessage) => ({ ...one, name: nameOf(one.name) })
  return {
    ...attribute,
    g: {
      ...g,
      node: g.node.map((node) => renamedNode(node, nameOf, step)),
      initializer: (g.initializer ?? []).map(tensor),
      input: (g.input ?? []).map(value),
      output: g.output.map(value),
    },
  }
}
