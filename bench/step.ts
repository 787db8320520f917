/**
 * One training step of the head, its update included: the published one (METHOD 1), as a graph over a batch.
 *
 *   node bench/step.ts [--rounds 12] [--labels 20] [--json]
 */
import { parseArgs } from 'node:util'
import { RandomState } from '../src/main/base/random.ts'
import { imagePairs } from '../src/main/sst/inter.ts'
import { recognize } from '../src/main/sst/model.ts'
import { objective } from '../src/main/sst/objective.ts'
import { declareParameters, parameterShapes, randomParameters } from '../src/main/sst/parameters.ts'
import { adam } from '../src/main/tensor/gradients/optimizer.ts'
import { Graph } from '../src/main/tensor/graph/graph.ts'
import { type Tensor, tensorOf } from '../src/main/tensor/run/session.ts'
import { Trainer } from '../src/main/tensor/run/trainer.ts'
import { median } from './alternate.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '12' },
    labels: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
})
const [images, positions] = [32, 64]
const sizes = { labels: Number(values.labels), channels: 384, word: 300, hidden: 512, output: 512 }
const { labels, channels } = sizes
const pairs = imagePairs(images).length

const random = new RandomState(0)
const normal = (...shape: number[]): Tensor =>
  tensorOf(
    'float32',
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    shape,
  )
const scalar = (value: number): Tensor => tensorOf('float32', Float32Array.of(value), [])

const graph = new Graph()
const input = (name: string, ...shape: number[]) => graph.input(name, 'float32', shape)
const parameter = declareParameters(graph, randomParameters(parameterShapes(sizes), random))
const x = input('x', images, positions, channels)
const result = recognize(x, input('words', labels, sizes.word), input('adjacency', labels, labels), 3, parameter)
const { total } = objective(
  result,
  {
    target: input('target', images, labels),
    bankSum: input('bankSum', labels, channels),
    bankCount: input('bankCount', labels),
    pairOrder: graph.input('pairOrder', 'int64', [pairs]),
    intraThreshold: input('intraThreshold'),
    interThreshold: input('interThreshold'),
    transfer: input('transfer'),
    rise: input('rise'),
  },
  parameter,
)
graph.output('total', total)
graph.output('features', result.features)
const state = adam(graph, total, { decay: 'l2', weightDecay: () => 5e-4 })
const trainer = await Trainer.open(graph, state)

const known = Float32Array.from({ length: images * labels }, () => {
  const u = random.random()
  return u < 0.1 ? 1 : u < 0.5 ? -1 : 0
})
const adjacency = Float32Array.from({ length: labels * labels }, (_, at) =>
  at % (labels + 1) === 0 ? 1 : random.random() / labels,
)
const feeds: Record<string, Tensor> = {
  x: normal(images, positions, channels),
  words: normal(labels, sizes.word),
  adjacency: tensorOf('float32', adjacency, [labels, labels]),
  target: tensorOf('float32', known, [images, labels]),
  bankSum: normal(labels, channels),
  bankCount: tensorOf('float32', new Float32Array(labels).fill(100), [labels]),
  pairOrder: tensorOf('int64', random.shuffle(BigInt64Array.from({ length: pairs }, (_, i) => BigInt(i))), [pairs]),
  intraThreshold: scalar(0.95),
  interThreshold: scalar(0.95),
  transfer: scalar(1),
  rise: scalar(1),
}
const seconds: number[] = []
for (let round = -2; round < Number(values.rounds); round++) {
  const begun = performance.now()
  await trainer.step(feeds, 1e-5)
  if (round >= 0) seconds.push((performance.now() - begun) / 1000)
}
await trainer.close()

const secondsPerStep = median(seconds)
const range = `${Math.min(...seconds).toFixed(3)} … ${Math.max(...seconds).toFixed(3)}`
if (!values.json) {
  console.log(
    `B=${images} L=${positions} D=${channels} K=O=${sizes.hidden} W=${sizes.word} C=${labels}, the label graph at D`,
  )
  console.log(`one step with its update: ${secondsPerStep.toFixed(3)} s (${range}), ${graph.nodes.length} nodes`)
}
console.log(JSON.stringify({ secondsPerStep, rounds: seconds, labels }))
