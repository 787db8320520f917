import type { ModelMessage, NodeMessage } from '../../tensor/onnx/format.ts'

/** Where operators that work on eight bits have the scale and the zero point of what they give out, among their inputs. */
const scaleAt: Readonly<Record<string, number>> = {
  QLinearConv: 6,
  QLinearMatMul: 6,
  QLinearAdd: 6,
  QLinearMul: 6,
  QGemm: 7,
  QLinearAveragePool: 3,
  QLinearGlobalAveragePool: 3,
  QLinearLeakyRelu: 3,
  QLinearReduceMean: 3,
  QLinearSigmoid: 3,
  QLinearConcat: 0,
}

/**
 * A model whose layers pass on bytes (“QOperator”) has no floating values that features could be. Behind each such layer, its bytes are
 * made numbers and bytes again, which changes nothing: the numbers are then there to be given out.
 * @returns the same message where it has no such layers
 */
export function withNumbersBetween(model: ModelMessage): ModelMessage {
  const { graph } = model
  if (!graph.node.some(({ op_type }) => op_type in scaleAt)) return model
  const outputs = new Set(graph.output.map(({ name }) => name))
  const nodes = graph.node.flatMap((one): NodeMessage[] => {
    const at = scaleAt[one.op_type]
    const [scale, zero = ''] = at === undefined ? [] : one.input.slice(at)
    const [name] = one.output
    // One without a scale gives out numbers already.
    if (!scale || name === undefined || outputs.has(name)) return [one]
    const [whole, number] = [`${name}/bytes`, `${name}/numbers`]
    const steps = zero === '' ? [scale] : [scale, zero]
    return [
      { ...one, output: [whole] },
      { op_type: 'DequantizeLinear', input: [whole, ...steps], output: [number], attribute: [] },
      { op_type: 'QuantizeLinear', input: [number, ...steps], output: [name], attribute: [] },
    ]
  })
  return { ...model, graph: { ...graph, node: nodes } }
}
