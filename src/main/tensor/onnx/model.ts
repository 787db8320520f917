import type { Attribute, Graph, Node, Shape, Value } from '../graph/graph.ts'
import type { ElementArray } from '../run/session.ts'
import { attributeType, elementTypeNumber, formatVersion, ModelProto, operatorSet } from './format.ts'

/**
 * Encodes the graph as an ONNX model, without nodes that no output needs.
 * @param metadata strings to store in the file (labels, thresholds, preprocessing …)
 */
export function onnxModel(graph: Graph, metadata: Record<string, string> = {}): Uint8Array {
  const { nodes, used } = needed(graph)
  const parameters = graph.parametersAs === 'inputs' ? graph.parameters.map((parameter) => parameter.value) : []
  const inputs = [...graph.inputs, ...parameters].filter((value) => used.has(value))
  const names = new Map<Value, string>()
  const nameOf = (value: Value): string => names.get(value) ?? value.name
  const copies: [string, Value][] = []
  for (const [name, value] of graph.outputs) {
    // A value that is output twice, or is an input too, is copied, as each output needs a name of its own.
    if (value.node && !names.has(value)) names.set(value, name)
    else copies.push([name, value])
  }
  const copyNodes = copies.map(([name, value]) => ({ op_type: 'Identity', input: [nameOf(value)], output: [name] }))
  const message = {
    ir_version: formatVersion,
    producer_name: 'surmise',
    opset_import: [{ domain: '', version: operatorSet }],
    metadata_props: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: 'surmise',
      node: [...nodes.map((node) => nodeMessage(node, nameOf)), ...copyNodes],
      initializer: graph.initializers
        .filter(({ value }) => used.has(value))
        .map(({ value, data }) => ({
          name: value.name,
          dims: value.shape as number[],
          data_type: elementTypeNumber[value.type],
          raw_data: bytesOf(data),
        })),
      input: inputs.map((value) => valueMessage(value.name, value)),
      output: [...graph.outputs].map(([name, value]) => valueMessage(name, value)),
    },
  }
  return ModelProto.encode(message).finish()
}

/** The nodes that the outputs depend on, in order, and all values that these use. */
function needed(graph: Graph): { nodes: Node[]; used: Set<Value> } {
  const used = new Set<Value>(graph.outputs.values())
  const nodes: Node[] = []
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => used.has(output))) continue
    nodes.push(node)
    for (const input of node.inputs) used.add(input)
  }
  return { nodes: nodes.reverse(), used }
}

function nodeMessage(node: Node, nameOf: (value: Value) => string): object {
  return {
    op_type: node.operator,
    name: node.outputs[0].name,
    input: node.inputs.map(nameOf),
    output: node.outputs.map(nameOf),
    attribute: Object.entries(node.attributes).map(([name, attribute]) => attributeMessage(name, attribute)),
  }
}

function attributeMessage(name: string, attribute: Attribute): object {
  if ('int' in attribute) return { name, type: attributeType.int, i: attribute.int }
  if ('ints' in attribute) return { name, type: attributeType.ints, ints: attribute.ints }
  if ('float' in attribute) return { name, type: attributeType.float, f: attribute.float }
  return { name, type: attributeType.string, s: new TextEncoder().encode(attribute.text) }
}

function valueMessage(name: string, value: Value): object {
  return { name, type: { tensor_type: { elem_type: elementTypeNumber[value.type], shape: shapeMessage(value.shape) } } }
}

function shapeMessage(shape: Shape): object {
  return { dim: shape.map((size) => (typeof size === 'number' ? { dim_value: size } : { dim_param: size })) }
}

function bytesOf(data: ElementArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
