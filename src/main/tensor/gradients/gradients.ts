import { elements, type Graph, type Node, type Value, zeros } from '../graph/graph.ts'
import { add } from '../operators/elementwise.ts'
import { reshape } from '../operators/layout.ts'

/**
 * Reverse-mode differentiation: appends to the graph the nodes that compute ∂loss/∂x for every x of `wanted`.
 * @param loss a scalar
 * @returns one value for each x, of its shape; zeros where the loss doesn't depend on it
 */
export function gradients(loss: Value, wanted: readonly Value[]): Value[] {
  if (elements(loss.shape) !== 1) throw new Error(`The loss has shape [${loss.shape}], not one entry`)
  const { graph } = loss
  const above = dependents(graph, wanted)
  const found = new Map<Value, Value>([[loss, reshape(graph.scalar(1, loss.type), loss.shape)]])
  const forward = [...graph.nodes]
  for (const node of forward.reverse()) {
    const [first, ...others] = node.outputs.map((output) => found.get(output))
    if (!above.has(node) || !node.gradient || !(first || others.some((other) => other))) continue
    node.gradient(first ?? zeros(node.outputs[0]), ...others).forEach((gradient, i) => {
      if (!gradient) return
      const input = sourcesOf(node)[i]
      const sofar = found.get(input)
      found.set(input, sofar ? add(sofar, gradient) : gradient)
    })
  }
  return wanted.map((value) => found.get(value) ?? zeros(value))
}

/** The nodes whose result depends on one of the values: gradients need to flow only through these. */
function dependents(graph: Graph, values: readonly Value[]): Set<Node> {
  const known = new Set(values)
  const nodes = new Set<Node>()
  for (const node of graph.nodes) {
    if (!sourcesOf(node).some((source) => known.has(source))) continue
    nodes.add(node)
    for (const output of node.outputs) known.add(output)
  }
  return nodes
}

function sourcesOf(node: Node): readonly Value[] {
  return node.sources ?? node.inputs
}
