import { describe, expect, test } from 'vitest'
import {
  type AttributeMessage,
  attributeType,
  elementTypeNumber,
  encodeModel,
  type NodeMessage,
  type TensorMessage,
} from '../../src/main/tensor/onnx/format.ts'
import { joinModels, type ModelStep, modelBytes } from '../../src/main/tensor/onnx/joinModels.ts'
import { Session, tensorOf } from '../../src/main/tensor/run/session.ts'
import { expectOnnxRules } from '../deployment/onnxRules.ts'

const int = (name: string, i: number): AttributeMessage => ({ name, type: attributeType.int, i })
const ints = (name: string, ...list: number[]): AttributeMessage => ({ name, type: attributeType.ints, ints: list })
const float = (name: string, f: number): AttributeMessage => ({ name, type: attributeType.float, f })
const text = (name: string, s: string): AttributeMessage => ({
  ...{ name, type: attributeType.string, s: new TextEncoder().encode(s) },
})

function integers(name: string, ...list: number[]): TensorMessage {
  const data = BigInt64Array.from(list, BigInt)
  const raw = new Uint8Array(data.buffer)
  return { name, dims: [list.length], data_type: elementTypeNumber.int64, raw_data: raw }
}

function floats(name: string, shape: number[], ...list: number[]): TensorMessage {
  const raw = new Uint8Array(Float32Array.from(list).buffer)
  return { name, dims: shape, data_type: elementTypeNumber.float32, raw_data: raw }
}

/** A model of one node: `x` [2, 3, 4, 4] in, `y` out. */
function modelOf(set: number, node: Partial<NodeMessage>, initializer: TensorMessage[] = [], domain = ''): Uint8Array {
  const value = (name: string, shape?: number[]) => ({
    ...{ name, type: { tensor_type: { elem_type: 1, shape: shape && { dim: shape.map((n) => ({ dim_value: n })) } } } },
  })
  return encodeModel({
    ir_version: 8,
    opset_import: [{ domain: '', version: set }],
    graph: {
      name: 'one',
      node: [{ op_type: '', input: ['x'], output: ['y'], domain, ...node }],
      initializer,
      input: [value('x', [2, 3, 4, 4])],
      output: [{ name: 'y' }],
    },
  })
}

async function run(model: Uint8Array): Promise<{ dims: readonly number[]; data: Float32Array }> {
  const session = await Session.open(model)
  const x = Float32Array.from({ length: 96 }, (_, i) => Math.sin(i) * 3)
  const { y } = await session.run({ x: tensorOf('float32', x, [2, 3, 4, 4]) })
  await session.close()
  return { dims: y.dims, data: y.data as Float32Array }
}

const cases: [string, number, Partial<NodeMessage>, TensorMessage[]?][] = [
  ['Softmax over all axes from one on', 11, { op_type: 'Softmax', attribute: [int('axis', 2)] }],
  ['Softmax without an axis', 12, { op_type: 'Softmax', attribute: [] }],
  ['Softmax over the last', 9, { op_type: 'Softmax', attribute: [int('axis', 3)] }],
  ['Unsqueeze', 11, { op_type: 'Unsqueeze', attribute: [ints('axes', 0, 2)] }],
  ['ReduceSum', 11, { op_type: 'ReduceSum', attribute: [ints('axes', 1, 3), int('keepdims', 0)] }],
  ['Clip', 7, { op_type: 'Clip', attribute: [float('min', 0), float('max', 2)] }],
  ['Clip without an upper bound', 7, { op_type: 'Clip', attribute: [float('min', 0)] }],
  ['Pad', 9, { op_type: 'Pad', attribute: [ints('pads', 0, 0, 1, 2, 0, 0, 0, 1), float('value', 7)] }],
  ['Slice', 9, { op_type: 'Slice', attribute: [ints('starts', 1, 0), ints('ends', 3, 2), ints('axes', 2, 3)] }],
  ['Dropout', 10, { op_type: 'Dropout', attribute: [float('ratio', 0.5)] }],
  [
    'BatchNormalization',
    9,
    { op_type: 'BatchNormalization', input: ['x', 's', 'b', 'm', 'v'], attribute: [float('momentum', 0.9)] },
    [
      floats('s', [3], 1, 2, 3),
      floats('b', [3], 0, 1, 2),
      floats('m', [3], 0.1, 0.2, 0.3),
      floats('v', [3], 1, 0.5, 2),
    ],
  ],
  ['ReduceMean of later', 18, { op_type: 'ReduceMean', input: ['x', 'axes'] }, [integers('axes', 1, -1)]],
  ['ReduceMax over nothing', 20, { op_type: 'ReduceMax', attribute: [int('noop_with_empty_axes', 1)] }],
  ['ReduceL2 over all', 19, { op_type: 'ReduceL2' }],
  ['Gelu', 20, { op_type: 'Gelu' }],
  ['Gelu by a tangent', 20, { op_type: 'Gelu', attribute: [text('approximate', 'tanh')] }],
  ['Mish', 18, { op_type: 'Mish' }],
  ['AveragePool of later', 19, { op_type: 'AveragePool', attribute: [ints('kernel_shape', 2, 2)] }],
  [
    'Resize of later',
    19,
    {
      op_type: 'Resize',
      input: ['x', '', 'scales'],
      attribute: [text('mode', 'linear'), int('antialias', 0), text('keep_aspect_ratio_policy', 'stretch')],
    },
    [floats('scales', [4], 1, 1, 2, 2)],
  ],
]

describe('operator sets', () => {
  test.each(cases)('%s, of set %i: the same numbers in set 17', async (_, set, node, initializer) => {
    const original = modelOf(set, node, initializer)
    const joined = joinModels([{ name: 'one', model: original, inputs: {} }], { z: 'one/y' }, {})
    joined.graph.output[0].type = { tensor_type: { elem_type: 1, shape: { dim: [] } } }
    expectOnnxRules(modelBytes(joined))
    delete joined.graph.output[0].type
    const ours = await Session.open(modelBytes(joined))
    const x = Float32Array.from({ length: 96 }, (_, i) => Math.sin(i) * 3)
    const { z } = await ours.run({ x: tensorOf('float32', x, [2, 3, 4, 4]) })
    await ours.close()
    const theirs = await run(original)
    expect(z.dims).toEqual(theirs.dims)
    for (const [i, value] of (z.data as Float32Array).entries()) expect(value).toBeCloseTo(theirs.data[i], 5)
  })

  test('what set 17 can’t say is a sentence that names it', () => {
    const refusals: [Uint8Array, string][] = [
      [modelOf(6, { op_type: 'Relu' }), 'operator set 6'],
      [modelOf(17, { op_type: 'FusedConv' }, [], 'com.microsoft'), 'com.microsoft.FusedConv'],
      [modelOf(18, { op_type: 'ReduceMean', input: ['x', 'elsewhere'] }), 'ReduceMean'],
      [modelOf(19, { op_type: 'Resize', attribute: [int('antialias', 1)] }), 'antialias'],
      [modelOf(10, { op_type: 'Dropout', output: ['y', 'mask'] }), 'mask'],
    ]
    for (const [model, words] of refusals) {
      expect(() => joinModels([{ name: 'one', model, inputs: {} }], { y: 'one/y' }, {})).toThrowError(
        expect.objectContaining({ code: 'operator-set', message: expect.stringContaining(words) }),
      )
    }
  })

  test('graphs within nodes keep their names and what they take from outside', async () => {
    const value = (name: string) => ({ name, type: { tensor_type: { elem_type: 1, shape: { dim: [] } } } })
    const branch = (operator: string): AttributeMessage['g'] => ({
      name: operator,
      node: [{ op_type: operator, input: ['x'], output: ['inner'] }],
      initializer: [],
      input: [],
      output: [{ name: 'inner' }],
    })
    const model = encodeModel({
      ir_version: 8,
      opset_import: [{ domain: '', version: 13 }],
      graph: {
        name: 'choice',
        node: [
          { op_type: 'Greater', input: ['x', 'zero'], output: ['positive'] },
          {
            op_type: 'If',
            input: ['positive'],
            output: ['y'],
            attribute: [
              { name: 'then_branch', type: attributeType.graph, g: branch('Sqrt') },
              { name: 'else_branch', type: attributeType.graph, g: branch('Neg') },
            ],
          },
        ],
        initializer: [floats('zero', [], 0)],
        input: [value('x')],
        output: [value('y')],
      },
    })
    const steps: ModelStep[] = [
      { name: 'first', model, inputs: {} },
      { name: 'second', model, inputs: { x: 'first/y' }, weightsOf: 'first' },
    ]
    const bytes = modelBytes(joinModels(steps, { y: 'second/y' }, {}))
    expectOnnxRules(bytes)
    const session = await Session.open(bytes)
    for (const [x, expected] of [
      [16, 2],
      [-81, 9],
    ]) {
      const { y } = await session.run({ x: tensorOf('float32', Float32Array.of(x), []) })
      expect((y.data as Float32Array)[0]).toBeCloseTo(expected, 5)
    }
    await session.close()
  })
})
