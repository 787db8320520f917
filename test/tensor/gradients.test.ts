import { describe, expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { gradients } from '../../src/main/tensor/gradients/gradients.ts'
import { elements, Graph, type Value } from '../../src/main/tensor/graph/graph.ts'
import { onnxModel } from '../../src/main/tensor/onnx/model.ts'
import * as composed from '../../src/main/tensor/operators/composed.ts'
import * as convolutional from '../../src/main/tensor/operators/convolution.ts'
import * as elementwise from '../../src/main/tensor/operators/elementwise.ts'
import * as layout from '../../src/main/tensor/operators/layout.ts'
import * as matrix from '../../src/main/tensor/operators/matrix.ts'
import * as reduction from '../../src/main/tensor/operators/reduction.ts'
import { type ElementType, Session, type Tensor, tensorOf } from '../../src/main/tensor/run/session.ts'

interface Case {
  operator: string
  shapes: number[][]
  build: (...inputs: Value[]) => Value
  /** Makes the inputs positive, where the operator wants that. */
  positive?: boolean
  /** Operators that ONNX Runtime has in float32 only are tested so, with a coarser bound. */
  type?: ElementType
}

const e = elementwise
const indices = (x: Value) => x.graph.constant('int64', BigInt64Array.of(2n, 0n, 2n), [3])

const cases: Case[] = [
  { operator: 'add', shapes: [[2, 3], [3]], build: (a, b) => e.add(a, b) },
  {
    operator: 'sub',
    shapes: [
      [2, 1],
      [2, 3],
    ],
    build: (a, b) => e.sub(a, b),
  },
  {
    operator: 'mul',
    shapes: [
      [2, 3],
      [1, 3],
    ],
    build: (a, b) => e.mul(a, b),
  },
  { operator: 'mul', shapes: [[2, 3]], build: (a) => e.mul(a, a) },
  {
    operator: 'div',
    shapes: [
      [2, 3],
      [2, 1],
    ],
    build: (a, b) => e.div(a, b),
    positive: true,
  },
  { operator: 'minimum', shapes: [[2, 3], [3]], build: (a, b) => e.minimum(a, b) },
  { operator: 'maximum', shapes: [[2, 3], [3]], build: (a, b) => e.maximum(a, b) },
  { operator: 'pow', shapes: [[5]], build: (a) => e.pow(a, 2.5), positive: true },
  { operator: 'neg', shapes: [[5]], build: (a) => e.neg(a) },
  { operator: 'exp', shapes: [[5]], build: (a) => e.exp(a) },
  { operator: 'log', shapes: [[5]], build: (a) => e.log(a), positive: true },
  { operator: 'sqrt', shapes: [[5]], build: (a) => e.sqrt(a), positive: true },
  { operator: 'abs', shapes: [[5]], build: (a) => e.abs(a) },
  { operator: 'tanh', shapes: [[5]], build: (a) => e.tanh(a) },
  { operator: 'sigmoid', shapes: [[5]], build: (a) => e.sigmoid(a) },
  { operator: 'relu', shapes: [[7]], build: (a) => e.relu(a) },
  { operator: 'square', shapes: [[5]], build: (a) => e.square(a) },
  { operator: 'softplus', shapes: [[5]], build: (a) => e.softplus(a), type: 'float32' },
  { operator: 'erf', shapes: [[5]], build: (a) => e.erf(a), type: 'float32' },
  { operator: 'clip', shapes: [[8]], build: (a) => e.clip(a, -0.5, 0.7) },
  { operator: 'where', shapes: [[2, 3], [3]], build: (a, b) => e.where(e.greater(a, 0), a, b) },
  { operator: 'cast', shapes: [[4]], build: (a) => e.cast(e.mul(e.cast(a, 'float64'), 2), a.type), type: 'float32' },
  { operator: 'sum', shapes: [[2, 3, 2]], build: (a) => reduction.sum(a, [0, -1]) },
  { operator: 'sum', shapes: [[2, 3]], build: (a) => reduction.sum(a) },
  { operator: 'sum', shapes: [[2, 3]], build: (a) => reduction.sum(a, [1], true) },
  { operator: 'mean', shapes: [[2, 3, 2]], build: (a) => reduction.mean(a, [1]) },
  { operator: 'max', shapes: [[2, 5]], build: (a) => reduction.max(a, [1]) },
  { operator: 'softmax', shapes: [[2, 3, 4]], build: (a) => reduction.softmax(a, 1) },
  { operator: 'logSoftmax', shapes: [[3, 4]], build: (a) => reduction.logSoftmax(a) },
  { operator: 'cumulativeSum', shapes: [[2, 4]], build: (a) => reduction.cumulativeSum(a, 1) },
  { operator: 'cumulativeSum', shapes: [[3, 2]], build: (a) => reduction.cumulativeSum(a, 0, true) },
  {
    operator: 'split',
    shapes: [[2, 6, 2]],
    build: (a) => {
      // The second part is used twice, the last not at all.
      const [first, second] = layout.split(a, 1, [1, 2, 3])
      return layout.concat([first, e.mul(second, second)], 1)
    },
  },
  { operator: 'split', shapes: [[5]], build: (a) => layout.split(a, 0, [2, 3])[1] },
  {
    operator: 'split',
    shapes: [[2, 17]],
    build: (a) => {
      const parts = layout.split(a, 1, [1, 2, 3, 1, 2, 1, 4, 2, 1])
      return layout.concat([parts[6], parts[0], parts[8], parts[2]], 1)
    },
  },
  { operator: 'sumTo', shapes: [[3, 2, 4]], build: (a) => reduction.sumTo(a, [2, 1]) },
  { operator: 'reshape', shapes: [[2, 6]], build: (a) => layout.reshape(a, [3, 4]) },
  { operator: 'expand', shapes: [[2, 1]], build: (a) => layout.expand(a, [3, 2, 4]) },
  { operator: 'transpose', shapes: [[2, 3, 4]], build: (a) => layout.transpose(a, [2, 0, 1]) },
  { operator: 'transpose', shapes: [[2, 3, 4]], build: (a) => layout.transpose(a) },
  {
    operator: 'concat',
    shapes: [
      [2, 3],
      [2, 2],
    ],
    build: (a, b) => layout.concat([a, b, a], 1),
  },
  { operator: 'slice', shapes: [[3, 5]], build: (a) => layout.slice(a, 1, 1, 4) },
  { operator: 'reverse', shapes: [[3, 5]], build: (a) => layout.reverse(a, 1) },
  { operator: 'pad', shapes: [[3, 2]], build: (a) => layout.pad(a, 0, 1, 2) },
  { operator: 'gather', shapes: [[3, 2]], build: (a) => layout.gather(a, indices(a)) },
  {
    operator: 'matmul',
    shapes: [
      [3, 4],
      [4, 2],
    ],
    build: (a, b) => matrix.matmul(a, b),
  },
  {
    operator: 'matmul',
    shapes: [
      [2, 3, 4],
      [4, 2],
    ],
    build: (a, b) => matrix.matmul(a, b),
  },
  {
    operator: 'matmul',
    shapes: [
      [3, 4],
      [2, 4, 2],
    ],
    build: (a, b) => matrix.matmul(a, b),
  },
  {
    operator: 'matmul',
    shapes: [
      [2, 1, 3, 2],
      [3, 2, 2],
    ],
    build: (a, b) => matrix.matmul(a, b),
  },
  { operator: 'linear', shapes: [[2, 3, 4], [5, 4], [5]], build: (a, b, c) => matrix.linear(a, b, c) },
  { operator: 'normalize', shapes: [[3, 4]], build: (a) => composed.normalize(a) },
  {
    operator: 'layerNormalization',
    shapes: [[3, 4], [4], [4]],
    build: (a, b, c) => composed.layerNormalization(a, b, c),
  },
  { operator: 'gelu', shapes: [[5]], build: (a) => composed.gelu(a), type: 'float32' },
  { operator: 'meanOfLargest', shapes: [[2, 7]], build: (a) => composed.meanOfLargest(a, 3) },
  {
    operator: 'dot',
    shapes: [
      [2, 3],
      [2, 3],
    ],
    build: (a, b) => composed.dot(a, b),
  },
  // ONNX Runtime has convolutions in float32 only.
  {
    operator: 'convolution',
    shapes: [[2, 3, 4, 5], [4, 3, 3, 3], [4]],
    build: (x, w, b) => convolutional.convolution(x, w, b, { pads: [1, 1, 1, 1] }),
    type: 'float32',
  },
  {
    operator: 'convolution',
    shapes: [
      [2, 3, 3, 2],
      [2, 3, 1, 1],
    ],
    build: (x, w) => convolutional.convolution(x, w),
    type: 'float32',
  },
  // A stride that leaves rows over, and padding on one side alone.
  {
    operator: 'convolution',
    shapes: [
      [2, 2, 6, 5],
      [3, 2, 3, 2],
    ],
    build: (x, w) => convolutional.convolution(x, w, undefined, { strides: [2, 2], pads: [0, 0, 1, 1] }),
    type: 'float32',
  },
  // Grouped, and depthwise.
  {
    operator: 'convolution',
    shapes: [[1, 4, 4, 4], [6, 2, 3, 3], [6]],
    build: (x, w, b) => convolutional.convolution(x, w, b, { groups: 2, strides: [2, 1], pads: [1, 1, 1, 1] }),
    type: 'float32',
  },
  {
    operator: 'convolution',
    shapes: [[2, 3, 5, 4], [3, 1, 3, 3], [3]],
    build: (x, w, b) => convolutional.convolution(x, w, b, { groups: 3, strides: [2, 2], pads: [0, 0, 1, 1] }),
    type: 'float32',
  },
  { operator: 'globalAveragePool', shapes: [[2, 3, 2, 2]], build: (x) => convolutional.globalAveragePool(x) },
  {
    operator: 'averagePool',
    shapes: [[2, 2, 5, 4]],
    build: (x) => convolutional.averagePool(x, [2, 2], { strides: [2, 2], pads: [0, 0, 1, 0] }),
    type: 'float32',
  },
]

/** These pass no gradient by their nature. */
const withoutGradient = [
  'sign',
  'stopGradient',
  'equal',
  'greater',
  'greaterOrEqual',
  'less',
  'lessOrEqual',
  'and',
  'or',
  'not',
  'largest',
  'largestWithPlaces',
  'sharesOfLargest',
]

test('every operator is in the table', () => {
  const operators = [elementwise, reduction, layout, matrix, composed, convolutional].flatMap((room) =>
    Object.keys(room),
  )
  const tested = new Set([...cases.map(({ operator }) => operator), ...withoutGradient])
  expect(operators.filter((name) => !tested.has(name))).toEqual([])
})

describe('gradients agree with finite differences', () => {
  for (const [number, { operator, shapes, build, positive, type = 'float64' }] of cases.entries()) {
    test(`${operator} ${shapes.map((shape) => `[${shape}]`).join(' ')}`, async () => {
      const random = new RandomState(number)
      const graph = new Graph()
      const inputs = shapes.map((shape, i) => graph.input(`x${i}`, type, shape))
      const result = build(...inputs)
      const weights = numbers(random, elements(result.shape), false)
      const fixed = graph.constant(type, arrayFor(type, weights), result.shape as number[])
      const loss = reduction.sum(e.mul(result, fixed))
      graph.output('loss', loss)
      gradients(loss, inputs).forEach((gradient, i) => {
        expect(gradient.shape).toEqual(inputs[i].shape)
        graph.output(`d${i}`, gradient)
      })
      const session = await Session.open(onnxModel(graph), { threads: 1 })
      const values = shapes.map((shape) => numbers(random, elements(shape), positive ?? false))
      const feed = (): Record<string, Tensor> =>
        Object.fromEntries(shapes.map((shape, i) => [`x${i}`, tensorOf(type, arrayFor(type, values[i]), shape)]))
      const lossNow = async () => numbersOf((await session.run(feed(), ['loss'])).loss)[0]

      const exact = await session.run(feed())
      const step = type === 'float64' ? 1e-6 : 1e-2
      const bound = type === 'float64' ? 1e-7 : 2e-3
      for (const [i, entries] of values.entries()) {
        const analytic = numbersOf(exact[`d${i}`])
        for (let j = 0; j < entries.length; j++) {
          const middle = entries[j]
          entries[j] = middle + step
          const above = await lossNow()
          entries[j] = middle - step
          const below = await lossNow()
          entries[j] = middle
          const numeric = (above - below) / (2 * step)
          expect(Math.abs(analytic[j] - numeric), `∂/∂x${i}[${j}]: ${analytic[j]} against ${numeric}`).toBeLessThan(
            bound * Math.max(1, Math.abs(numeric)),
          )
        }
      }
      await session.close()
    })
  }
})

test('a value used twice gets both gradients, an unused one zeros', async () => {
  const graph = new Graph()
  const x = graph.input('x', 'float32', [2])
  const unused = graph.input('unused', 'float32', [3])
  const loss = reduction.sum(e.add(e.mul(x, x), e.mul(x, 3)))
  const [dx, dUnused] = gradients(loss, [x, unused])
  graph.output('dx', dx)
  graph.output('dUnused', dUnused)
  const session = await Session.open(onnxModel(graph))
  const results = await session.run({ x: tensorOf('float32', Float32Array.of(1, -2), [2]) })
  expect(numbersOf(results.dx)).toEqual([5, -1])
  expect(numbersOf(results.dUnused)).toEqual([0, 0, 0])
  await session.close()
})

/** Random numbers no two of which are close, so that a maximum has no near tie, nor a kink a point on it. */
function numbers(random: RandomState, count: number, positive: boolean): number[] {
  const places = random.shuffle(Array.from({ length: count }, (_, i) => i + 0.4 + 0.2 * random.random()))
  return places.map((place) => (positive ? 0.5 + (2 * place) / count : (4 * place) / count - 2 + 0.013))
}

function arrayFor(type: ElementType, values: readonly number[]) {
  return type === 'float64' ? Float64Array.from(values) : Float32Array.from(values)
}

test('a part with a gradient of its own is differentiated by that', async () => {
  const graph = new Graph()
  const x = graph.input('x', 'float32', [2])
  const y = graph.withGradient(
    [x],
    () => e.square(x),
    (dy) => [e.mul(dy, 10)],
  )
  graph.output('dx', gradients(reduction.sum(e.mul(y, 2)), [x])[0])
  graph.output('y', y)
  const session = await Session.open(onnxModel(graph))
  const results = await session.run({ x: tensorOf('float32', Float32Array.of(3, 4), [2]) })
  await session.close()
  expect(numbersOf(results.y)).toEqual([9, 16])
  expect(numbersOf(results.dx)).toEqual([20, 20])
})

function numbersOf(tensor: Tensor): number[] {
  return Array.from(tensor.data as Float64Array, Number)
}
