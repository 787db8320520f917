import { describe, expect, test } from 'vitest'
import { type Classifier, readClassifier } from '../../src/main/backbone/resolve/classifier.ts'
import { resolveBackbone } from '../../src/main/backbone/resolve/resolve.ts'
import { RandomState } from '../../src/main/base/random.ts'
import type { Graph, Value } from '../../src/main/tensor/graph/graph.ts'
import { mul } from '../../src/main/tensor/operators/elementwise.ts'
import { Session, tensorOf } from '../../src/main/tensor/run/session.ts'
import { describeWithShared, sharedPath } from '../shared.ts'
import { average, cast, channels, convolution, modelFile } from './models.ts'

const classes = 5
const random = new RandomState(3)
const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal())

/** A backbone of a map, its mean, and what `head` makes of both. */
function backboneWith(head: (graph: Graph, pooled: Value, map: Value) => Value) {
  return modelFile((graph) => {
    const map = convolution(graph, graph.input('input', 'float32', ['n', 3, 64, 64]), 32)
    const pooled = average(graph, map)
    graph.output('features', map)
    graph.output('pooled', pooled)
    graph.output('scores', head(graph, pooled, map))
  })
}

const gemm =
  (attributes: Record<string, { int: number } | { float: number }>, shape: number[]) => (graph: Graph, x: Value) =>
    graph.append(
      'Gemm',
      [
        x,
        graph.constant('float32', numbers(classes * channels), shape),
        graph.constant('float32', numbers(classes), [classes]),
      ],
      'float32',
      ['n', classes],
      attributes,
    )
const byClass = gemm({ transB: { int: 1 } }, [classes, channels])

async function runOnce(file: string): Promise<{ pooled: Float32Array; scores: Float32Array }> {
  const session = await Session.open(file)
  const { pooled, scores } = await session.run({ input: tensorOf('float32', numbers(3 * 64 * 64), [1, 3, 64, 64]) })
  await session.close()
  return { pooled: pooled.data as Float32Array, scores: scores.data as Float32Array }
}

function scoresOf({ weights, biases }: Classifier, pooled: Float32Array): number[] {
  return Array.from(biases, (bias, m) => pooled.reduce((sum, x, d) => sum + x * weights[d * biases.length + m], bias))
}

describe('the classes of a backbone', () => {
  const heads: [string, (graph: Graph, pooled: Value, map: Value) => Value][] = [
    ['Gemm, a row for each class', byClass],
    ['Gemm, a column for each class', gemm({}, [channels, classes])],
    [
      'MatMul and Add',
      (graph, pooled) => {
        const matrix = graph.constant('float32', numbers(channels * classes), [channels, classes])
        const product = graph.append('MatMul', [pooled, matrix], 'float32', ['n', classes])
        return graph.append('Add', [product, graph.constant('float32', numbers(classes), [classes])], 'float32', [
          'n',
          classes,
        ])
      },
    ],
    [
      'weights that are stored as float16',
      (graph, pooled) => {
        const halves = Float16Array.from(numbers(channels * classes))
        const matrix = cast(graph, graph.constant('float16', halves, [channels, classes]), 'float32', 1)
        return graph.append('MatMul', [pooled, matrix], 'float32', ['n', classes])
      },
    ],
    [
      'a 1 × 1 convolution of the mean',
      (graph, _, map) => {
        const mean = graph.append('GlobalAveragePool', [map], 'float32', ['n', channels, 1, 1])
        const kernel = graph.constant('float32', numbers(classes * channels), [classes, channels, 1, 1])
        const bias = graph.constant('float32', numbers(classes), [classes])
        const spread = graph.append('Conv', [mean, kernel, bias], 'float32', ['n', classes, 1, 1])
        return graph.append('Flatten', [spread], 'float32', ['n', classes])
      },
    ],
  ]
  test.each(heads)('are read from %s', async (_, head) => {
    const file = await backboneWith(head)
    const classifier = await readClassifier(await resolveBackbone(file))
    expect(classifier?.classes).toBe(classes)
    const { pooled, scores } = await runOnce(file)
    scoresOf(classifier!, pooled).forEach((score, m) => {
      expect(score).toBeCloseTo(scores[m], 4)
    })
  })

  const none: [string, (graph: Graph, pooled: Value, map: Value) => Value][] = [
    ['a layer that scales', gemm({ transB: { int: 1 }, alpha: { float: 0.5 } }, [classes, channels])],
    ['a layer on something else', (graph, pooled) => byClass(graph, mul(pooled, pooled))],
    [
      'one class',
      (graph, pooled) =>
        graph.append('MatMul', [pooled, graph.constant('float32', numbers(channels), [channels, 1])], 'float32', [
          'n',
          1,
        ]),
    ],
    ['no layer', (_, pooled) => mul(pooled, 2)],
  ]
  test.each(none)('are not read from %s', async (_, head) => {
    expect(await readClassifier(await resolveBackbone(await backboneWith(head)))).toBeUndefined()
  })
})

describeWithShared('the classes of MobileNetV2', ['backbones/mobilenetv2-1.0.onnx'], () => {
  test('are those of ImageNet', async () => {
    const classifier = await readClassifier(await resolveBackbone(sharedPath('backbones/mobilenetv2-1.0.onnx')))
    expect(classifier).toMatchObject({ classes: 1001 })
  })
})
