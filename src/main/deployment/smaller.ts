import { elementTypeNumber, type ModelMessage, type NodeMessage, type TensorMessage } from '../tensor/onnx/format.ts'

export const precisions = ['float32', 'float16', 'int8'] as const
export type Precision = (typeof precisions)[number]

/** Smaller tensors are left alone: they take little space, and biases and scales need precision most. */
const minElements = 1024
/** The largest number of float16. */
const largestHalf = 65_504

/**
 * Stores the large weights of a model in fewer bits. Standard operators (Cast, DequantizeLinear) turn them back into float32 when
 * the model is loaded, so all computation stays in float32. int8 is symmetric, with a scale for each row or column, and is used
 * for matrices and kernels; other large tensors become float16.
 */
export function inPrecision(message: ModelMessage, precision: Precision): ModelMessage {
  if (precision === 'float32') return message
  const before: NodeMessage[] = []
  const initializer = message.graph.initializer.flatMap((tensor) => {
    const values = floatsIn(tensor)
    if (!values || values.length < minElements) return [tensor]
    const kept = `${tensor.name}/kept`
    const shape = tensor.dims.map(Number)
    if (precision === 'int8' && shape.length >= 2) {
      const { axis, scale, data } = quantized(values, shape)
      const scales = { name: `${tensor.name}/scale`, dims: [scale.length], ...rawOf(scale) }
      // All 0, as where they are left out; but ONNX Runtime 1.21 takes what is left out for uint8 where it moves this operator, and fails.
      const zeros = { name: `${tensor.name}/zero`, dims: [scale.length], ...int8Of(new Int8Array(scale.length)) }
      before.push({
        ...node('DequantizeLinear', [kept, scales.name, zeros.name], tensor.name),
        attribute: [{ name: 'axis', type: 2, i: axis }],
      })
      return [{ name: kept, dims: tensor.dims, ...int8Of(data) }, scales, zeros]
    }
    if (values.some((value) => Math.abs(value) > largestHalf)) return [tensor]
    before.push({
      ...node('Cast', [kept], tensor.name),
      attribute: [{ name: 'to', type: 2, i: elementTypeNumber.float32 }],
    })
    const raw = bytesOf(new Float16Array(values))
    return [{ name: kept, dims: tensor.dims, data_type: elementTypeNumber.float16, raw_data: raw }]
  })
  return { ...message, graph: { ...message.graph, initializer, node: [...before, ...message.graph.node] } }
}

function node(operator: string, input: string[], output: string): NodeMessage {
  return { op_type: operator, name: `${output}/${operator}`, domain: '', input, output: [output] }
}

/** The numbers of a float32 tensor; undefined for other types. */
function floatsIn({ data_type: type, raw_data: raw, float_data: listed }: TensorMessage): Float32Array | undefined {
  if (type !== elementTypeNumber.float32) return undefined
  // A copy, since the bytes may not be aligned.
  return raw && raw.length > 0 ? new Float32Array(Uint8Array.from(raw).buffer) : Float32Array.from(listed ?? [])
}

/** Quantises with a scale for each row or for each column (the first or the last axis), whichever loses less. */
function quantized(values: Float32Array, shape: readonly number[]) {
  const ways = [0, shape.length - 1].map((axis) => quantizedAlong(values, shape, axis))
  return ways[0].loss <= ways[1].loss ? ways[0] : ways[1]
}

function quantizedAlong(values: Float32Array, shape: readonly number[], axis: number) {
  const channels = shape[axis]
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1)
  const channelOf = (at: number): number => Math.floor(at / inner) % channels
  const scale = new Float32Array(channels)
  values.forEach((value, at) => {
    const channel = channelOf(at)
    scale[channel] = Math.max(scale[channel], Math.abs(value) / 127)
  })
  for (let i = 0; i < channels; i++) if (scale[i] === 0) scale[i] = 1
  let loss = 0
  const data = new Int8Array(values.length)
  values.forEach((value, at) => {
    const step = scale[channelOf(at)]
    data[at] = Math.round(value / step)
    loss += (value - data[at] * step) ** 2
  })
  return { axis, scale, data, loss }
}

function rawOf(data: Float32Array): Pick<TensorMessage, 'data_type' | 'raw_data'> {
  return { data_type: elementTypeNumber.float32, raw_data: bytesOf(data) }
}

function int8Of(data: Int8Array): Pick<TensorMessage, 'data_type' | 'raw_data'> {
  return { data_type: elementTypeNumber.int8, raw_data: bytesOf(data) }
}

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
