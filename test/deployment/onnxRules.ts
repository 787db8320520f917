import { expect } from 'vitest'
import { decodeModel, type GraphMessage } from '../../src/main/tensor/onnx/format.ts'
import ort, { type InferenceSession } from '../../src/main/tensor/run/onnxRuntime.ts'

/**
 * The rules of ONNX's own checker that apply to such a model: versions, standard operators alone, names given once and before
 * they are used, inputs and outputs with a type and a shape, weights as long as they say.
 */
export function expectOnnxRules(bytes: Uint8Array): void {
  const { ir_version: version, opset_import: sets, graph, functions = [] } = decodeModel(bytes)
  expect(Number(version)).toBe(8)
  expect(sets.map(({ domain, version }) => [domain, Number(version)])).toEqual([['', 17]])
  expect(functions).toHaveLength(0)
  expect(graph.name).not.toBe('')
  for (const { name, type } of [...graph.input, ...graph.output]) {
    expect([name, type?.tensor_type.elem_type]).toEqual([name, expect.any(Number)])
    expect([name, type?.tensor_type.shape?.dim.length]).toEqual([name, expect.any(Number)])
  }
  expectGraphRules(graph, new Set())
  const made = new Set(graph.node.flatMap(({ output }) => output))
  expect(graph.output.filter(({ name }) => !made.has(name))).toEqual([])
}

const elementBytes = new Map([
  [1, 4],
  [2, 1],
  [3, 1],
  [6, 4],
  [7, 8],
  [9, 1],
  [10, 2],
  [11, 8],
])

function expectGraphRules(graph: GraphMessage, outside: ReadonlySet<string>): void {
  const known = new Set(outside)
  const give = (name: string): void => {
    expect(known.has(name), `${name} is given twice`).toBe(false)
    known.add(name)
  }
  for (const { name } of graph.input ?? []) give(name)
  for (const { name, dims, data_type: type, raw_data: raw } of graph.initializer ?? []) {
    give(name)
    if (!raw || raw.length === 0) continue
    const count = dims.reduce<number>((total, size) => total * Number(size), 1)
    expect([name, raw.length]).toEqual([name, count * elementBytes.get(type)!])
  }
  for (const { op_type: operator, domain = '', input, output, attribute = [] } of graph.node) {
    expect([operator, domain]).toEqual([operator, ''])
    const early = input.filter((name) => name !== '' && !known.has(name))
    expect(early, `${operator} uses what comes later`).toEqual([])
    // May be left out, but not for ONNX Runtime 1.21.
    if (operator === 'DequantizeLinear') expect(input, 'weights, scales and zero points').toHaveLength(3)
    for (const { name, type, g } of attribute) {
      expect([operator, name, type]).toEqual([operator, name, expect.any(Number)])
      expect(type).toBeGreaterThan(0)
      if (g) expectGraphRules(g, known)
    }
    for (const name of output) if (name !== '') give(name)
  }
}

/** Loads a model with nothing of ours, at ONNX Runtime's strictest: declared types and shapes must be those that follow. */
export function openStrictly(model: Uint8Array | string): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    logSeverityLevel: 3,
    extra: { session: { strict_shape_type_inference: '1' } },
  }
  return typeof model === 'string'
    ? ort.InferenceSession.create(model, options)
    : ort.InferenceSession.create(model, options)
}
