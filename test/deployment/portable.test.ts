import { expect, test } from 'vitest'
import { portable } from '../../src/main/deployment/portable.ts'
import {
  type AttributeMessage,
  attributeType,
  encodeModel,
  type ModelMessage,
  type NodeMessage,
} from '../../src/main/tensor/onnx/format.ts'
import { Session, tensorOf } from '../../src/main/tensor/run/session.ts'

const ints = (name: string, ...values: number[]): AttributeMessage => ({ name, type: attributeType.ints, ints: values })
const automatic = (value: string): AttributeMessage => ({
  ...{ name: 'auto_pad', type: attributeType.string },
  s: Buffer.from(value),
})
const value = (name: string, element: number, ...sizes: number[]) => ({
  name,
  type: { tensor_type: { elem_type: element, shape: { dim: sizes.map((size) => ({ dim_value: size })) } } },
})
const node = (op_type: string, input: string[], output: string, ...attribute: AttributeMessage[]): NodeMessage => ({
  ...{ op_type, name: output, input, output: [output], attribute },
})

const weights = Float16Array.from({ length: 2 * 2 * 3 * 3 }, (_, i) => Math.sin(i))
const model: ModelMessage = {
  ir_version: 8,
  opset_import: [{ domain: '', version: 17 }],
  graph: {
    name: 'g',
    node: [
      node('Cast', ['w/kept'], 'w', { name: 'to', type: attributeType.int, i: 1 }),
      node('Conv', ['x', 'w'], 'a', automatic('SAME_UPPER'), ints('strides', 2, 2)),
      node('Conv', ['a', 'w'], 'b', automatic('SAME_LOWER'), ints('kernel_shape', 3, 3)),
      node('MaxPool', ['b'], 'c', automatic('SAME_UPPER'), ints('kernel_shape', 2, 3), ints('strides', 2, 3)),
      node('Conv', ['c', 'w'], 'd', automatic('VALID')),
      node('GreaterOrEqual', ['c', 'zero'], 'e'),
      node('LessOrEqual', ['c', 'zero'], 'f'),
    ],
    initializer: [
      { name: 'w/kept', dims: [2, 2, 3, 3], data_type: 10, raw_data: new Uint8Array(weights.buffer) },
      { name: 'zero', dims: [1], data_type: 1, raw_data: new Uint8Array(4) },
    ],
    input: [value('x', 1, 1, 2, 17, 30)],
    output: [value('d', 1, 1, 2, 3, 3), value('e', 9, 1, 2, 5, 5), value('f', 9, 1, 2, 5, 5)],
  },
}

test('what few readers know is said in words that more know, and means the same', async () => {
  const x = tensorOf(
    'float32',
    Float32Array.from({ length: 2 * 17 * 30 }, (_, i) => Math.cos(i * i)),
    [1, 2, 17, 30],
  )
  const run = async (message: ModelMessage) => {
    const session = await Session.open(encodeModel(message))
    const { d, e, f } = await session.run({ x }, ['d', 'e', 'f'])
    await session.close()
    return [d, e, f].map(({ dims, data }) => [dims, [...(data as Float32Array)]])
  }
  const plain = await portable(model, { x })
  expect(plain.graph.node.map(({ op_type }) => op_type)).not.toContain('Cast')
  expect(plain.graph.initializer.map(({ name }) => name)).toEqual(['zero', 'w'])
  expect(plain.graph.node.map(({ op_type: operator }) => operator)).toEqual([
    ...['Conv', 'Conv', 'MaxPool', 'Conv', 'Less', 'Not', 'Greater', 'Not'],
  ])
  const attributes = plain.graph.node.flatMap(({ attribute = [] }) => attribute)
  expect(attributes.filter(({ name }) => name === 'auto_pad')).toEqual([])
  expect(attributes.filter(({ name }) => name === 'pads').map((one) => one.ints)).toEqual([
    [1, 0, 1, 1],
    [1, 1, 1, 1],
    [0, 0, 1, 0],
  ])
  expect(await run(plain)).toEqual(await run(model))
})

test('an attribute’s 0 is written: readers take one without a value for nothing', () => {
  const zeros = [
    { name: 'axis', type: attributeType.int, i: 0 },
    { name: 'alpha', type: attributeType.float, f: 0 },
  ]
  const graph = { ...model.graph, node: [node('Concat', ['x'], 'y', ...zeros)] }
  const bytes = Buffer.from(encodeModel({ ...model, graph }))
  expect(bytes.includes(Buffer.from('axis\x18\x00'))).toBe(true)
  expect(bytes.includes(Buffer.from('alpha\x15\x00\x00\x00\x00'))).toBe(true)
})
