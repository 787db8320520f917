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
  /** The sources of its inputs, by name: `step/output` of an earlier step. All others become inputs of the joined model. */
  inputs: Readonly<Record<string, string>>
  /** The step whose weights it shares, if the same model is used twice. */
  weightsOf?: string
}

/**
 * Joins several models into one, in which their outputs feed later ones. The result uses only standard operators of set 17.
 * @param outputs the joined model's, by name: the `step/output` of each
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

/** The format's limit. */
const maxBytes = 2 ** 31 - 1

/** Encodes a model. @throws UserError `model-too-large` */
export function modelBytes(message: ModelMessage): Uint8Array {
  const weights = message.graph.initializer.reduce((sum, { raw_data: raw }) => sum + (raw?.length ?? 0), 0)
  const bytes = weights < maxBytes ? encodeModel(message) : undefined
  if (bytes && bytes.length < maxBytes) return bytes
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

/** Renames values in graphs inside a node (of a loop or a branch) too, as they refer to values around them. */
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
