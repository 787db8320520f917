import type { ModelMessage, NodeMessage } from '../../tensor/onnx/format.ts'

/** The input positions of the output scale and zero point of 8-bit operators. */
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
 * A model whose layers pass bytes (“QOperator”) has no floating-point values to use as features. After each such layer, this inserts a
 * dequantise–quantise pair, which changes nothing but exposes the numbers.
 * @returns the same message if it has no such layers
 */
export function withNumbersBetween(model: ModelMessage): ModelMessage {
  const { graph } = model
  if (!graph.node.some(({ op_type }) => op_type in scaleAt)) return model
  const outputs = new Set(graph.output.map(({ name }) => name))
  const nodes = graph.node.flatMap((one): NodeMessage[] => {
    const at = scaleAt[one.op_type]
    const [scale, zero = ''] = at === undefined ? [] : one.input.slice(at)
    const [name] = one.output
    // Without a scale, it outputs numbers already.
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
