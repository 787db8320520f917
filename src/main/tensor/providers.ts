import type { InferenceSession } from 'onnxruntime-node'
import { elementTypeNumber, ModelProto } from './onnxFormat.ts'
import type { Device } from './session.ts'

type Providers = NonNullable<InferenceSession.SessionOptions['executionProviders']>

/** What of ONNX Runtime runs a model on a device; what a device can't do is done on the CPU. */
export function providersFor(device: Device, model: string | Uint8Array): Providers {
  if (device === 'cpu') return ['cpu']
  if (device !== 'webgpu' || typeof model === 'string') return [device, 'cpu']
  const forceCpuNodeNames = float16InputCasts(model)
  // ONNX Runtime refuses an empty list.
  return [{ name: 'webgpu', ...(forceCpuNodeNames.length > 0 && { forceCpuNodeNames }) }, 'cpu']
}

interface ModelMessage {
  graph: {
    node: { name: string; op_type: string; input: string[] }[]
    input: { name: string; type: { tensor_type: { elem_type: number } } }[]
  }
}

/**
 * Features are kept as float16, and widened where a graph begins. Many graphics cards have no float16 in WebGPU, and nothing else
 * of our graphs needs it: the CPU widens them for all.
 * @returns the names of the nodes that do
 */
function float16InputCasts(model: Uint8Array): string[] {
  const { graph } = ModelProto.decode(model) as unknown as ModelMessage
  const halves = graph.input.filter(({ type }) => type.tensor_type.elem_type === elementTypeNumber.float16)
  const names = new Set(halves.map(({ name }) => name))
  return graph.node.filter(({ op_type, input }) => op_type === 'Cast' && names.has(input[0])).map(({ name }) => name)
}
