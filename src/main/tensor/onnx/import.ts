import { UserError } from '../../base/errors.ts'
import { attributeType, type ModelMessage as DecodedModel, ModelProto } from './format.ts'

/** The attributes that are read; tensors and graphs aren't. */
export type ImportedAttribute = number | string | readonly number[]

/** A node of an imported model. The name of an omitted input is empty. */
export interface ImportedNode {
  operator: string
  /** The name of the node, which nothing refers to. */
  name: string
  inputs: readonly string[]
  outputs: readonly string[]
  attributes: ReadonlyMap<string, ImportedAttribute>
  /** Values used by the graphs inside this node (of a loop or a branch). */
  captured: readonly string[]
}

interface AttributeMessage {
  name: string
  type: number
  f: number
  i: unknown
  s: Uint8Array
  ints: unknown[]
  floats: number[]
  g?: GraphMessage
}

interface NodeMessage {
  input: string[]
  output: string[]
  name: string
  op_type: string
  domain: string
  attribute: AttributeMessage[]
}

interface GraphMessage {
  node: NodeMessage[]
  initializer: { name: string; data_location: number }[]
  input: { name: string }[]
  output: { name: string }[]
}

interface ModelMessage {
  graph: GraphMessage
  opset_import: { domain: string; version: unknown }[]
}

/** An ONNX model, read so that parts of it can be taken out. */
export class ImportedModel {
  readonly operatorSet: number
  /** In an order in which they can run */
  readonly nodes: readonly ImportedNode[]
  /** Without those that are weights */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly #message: ModelMessage

  /** @param model its bytes, or decoded (`readWholeModel`) @throws UserError `model-weights-outside` */
  constructor(model: Uint8Array | DecodedModel) {
    this.#message = (model instanceof Uint8Array ? ModelProto.decode(model) : model) as unknown as ModelMessage
    const { graph, opset_import: sets } = this.#message
    if (graph.initializer.some(({ data_location: location }) => location === 1)) {
      throw new UserError(
        'model-weights-outside',
        'This model keeps its weights in a separate file, so it can’t be taken apart.',
        'Export it with its weights inside the ONNX file.',
      )
    }
    const fixed = new Set(graph.initializer.map(({ name }) => name))
    this.operatorSet = Number(sets.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 1)
    this.nodes = graph.node.map(importedNode)
    this.inputs = graph.input.flatMap(({ name }) => (fixed.has(name) ? [] : [name]))
    this.outputs = graph.output.map(({ name }) => name)
  }

  /** The nodes that these values depend on, in their order. */
  needed(values: Iterable<string>): ImportedNode[] {
    const used = new Set(values)
    const nodes: ImportedNode[] = []
    for (const node of this.nodes.toReversed()) {
      if (!node.outputs.some((name) => used.has(name))) continue
      nodes.push(node)
      for (const name of [...node.inputs, ...node.captured]) if (name !== '') used.add(name)
    }
    return nodes.reverse()
  }

  /** The model's inputs that these values depend on, even if only on their shape. */
  inputsOf(values: readonly string[]): string[] {
    const used = new Set([
      ...values,
      ...this.needed(values).flatMap(({ inputs, captured }) => [...inputs, ...captured]),
    ])
    return this.inputs.filter((name) => used.has(name))
  }

  /** The values that depend on the model's inputs, and not just on their shapes. */
  varying(): Set<string> {
    const varying = new Set(this.inputs)
    for (const node of this.nodes) {
      if (node.operator === 'Shape' || node.operator === 'Size') continue
      if (![...node.inputs, ...node.captured].some((name) => varying.has(name))) continue
      for (const name of node.outputs) varying.add(name)
    }
    return varying
  }

  /**
   * A model of the nodes that these values depend on, with these values as outputs.
   * @param copies more outputs, [name, value], as copies: needed for values that no node computes
   */
  part(values: readonly string[], copies: readonly (readonly [string, string])[] = []): Uint8Array {
    const message = this.#message
    const kept = new Set(this.needed([...values, ...copies.map(([, value]) => value)]).map(({ outputs }) => outputs[0]))
    const nodes = message.graph.node.filter(({ output }) => kept.has(output[0]))
    const used = new Set(nodes.flatMap((node) => [...node.input, ...capturedBy(node)]))
    for (const [, value] of copies) used.add(value)
    const copying = copies.map(([name, value]) => ({ op_type: 'Identity', input: [value], output: [name] }))
    const graph = {
      ...message.graph,
      node: [...nodes, ...copying],
      initializer: message.graph.initializer.filter(({ name }) => used.has(name)),
      input: message.graph.input.filter(({ name }) => used.has(name)),
      // ONNX Runtime infers types and shapes itself.
      output: [...values, ...copies.map(([name]) => name)].map((name) => ({ name })),
    }
    return ModelProto.encode({ ...message, graph }).finish()
  }
}

function importedNode(node: NodeMessage): ImportedNode {
  const attributes = new Map<string, ImportedAttribute>()
  for (const attribute of node.attribute) {
    const value = attributeValue(attribute)
    if (value !== undefined) attributes.set(attribute.name, value)
  }
  return {
    operator: node.domain === '' || node.domain === 'ai.onnx' ? node.op_type : `${node.domain}.${node.op_type}`,
    name: node.name,
    inputs: node.input,
    outputs: node.output,
    attributes,
    captured: capturedBy(node),
  }
}

function attributeValue({ type, f, i, s, ints, floats }: AttributeMessage): ImportedAttribute | undefined {
  switch (type) {
    case attributeType.float:
      return f ?? 0
    case attributeType.int:
      return Number(i)
    case attributeType.string:
      return new TextDecoder().decode(s)
    case attributeType.ints:
      return ints.map(Number)
    case attributeType.floats:
      return floats
    default:
      return undefined
  }
}

/** All names that the graphs inside a node use. Those they define themselves are included, which does no harm. */
function capturedBy({ attribute }: NodeMessage): string[] {
  return attribute.flatMap(({ g }) =>
    g ? g.node.flatMap((node) => [...node.input, ...capturedBy(node)]).concat(g.output.map(({ name }) => name)) : [],
  )
}
