import { elementTypeNumber, ModelProto } from '../onnx/format.ts'
import type { InferenceSession } from './onnxRuntime.ts'
import type { Device } from './session.ts'

type Providers = NonNullable<InferenceSession.SessionOptions['executionProviders']>

/** ONNX Runtime's execution providers for a device; the CPU does what the device can't. */
export function providersFor(device: Device, model: string | Uint8Array): Providers {
  if (device === 'cpu') return ['cpu']
  if (device !== 'webgpu' || typeof model === 'string') return [device, 'cpu']
  const forceCpuNodeNames = float16Casts(model)
  // ONNX Runtime refuses an empty list.
  return [{ name: 'webgpu', ...(forceCpuNodeNames.length > 0 && { forceCpuNodeNames }) }, 'cpu']
}

interface ModelMessage {
  graph: {
    node: {
      name: string
      op_type: string
      input: string[]
      output: string[]
      attribute: { name: string; i: unknown }[]
    }[]
    input: { name: string; type: { tensor_type: { elem_type: number } } }[]
  }
}

/**
 * Features are stored as float16, so graphs widen them at the beginning and narrow them at the end. As many graphics cards don't
 * support float16 in WebGPU, and nothing else needs it, these conversions always run on the CPU.
 * @returns the names of the nodes that convert
 */
function float16Casts(model: Uint8Array): string[] {
  const { graph } = ModelProto.decode(model) as unknown as ModelMessage
  const inputs = graph.input.filter(({ type }) => type.tensor_type.elem_type === elementTypeNumber.float16)
  const halves = new Set(inputs.map(({ name }) => name))
  const found: string[] = []
  for (const { name, op_type, input, output, attribute } of graph.node) {
    if (op_type !== 'Cast') continue
    const narrows = attribute.some((one) => one.name === 'to' && Number(one.i) === elementTypeNumber.float16)
    if (narrows) halves.add(output[0])
    if (narrows || halves.has(input[0])) found.push(name)
  }
  return found
}
