import { featuresOf } from '../../src/main/backbone/embed/embed.ts'
import { RandomState } from '../../src/main/base/random.ts'
import { serveTasks } from '../../src/main/compute/server.ts'
import { hashedLabelVectors } from '../../src/main/sst/labelVectors.ts'
import { allRepairs } from '../../src/main/sst/objective.ts'
import { gradients } from '../../src/main/tensor/gradients/gradients.ts'
import { elements, Graph } from '../../src/main/tensor/graph/graph.ts'
import { onnxModel } from '../../src/main/tensor/onnx/model.ts'
import { convolution, globalAveragePool } from '../../src/main/tensor/operators/convolution.ts'
import { clip, relu, square } from '../../src/main/tensor/operators/elementwise.ts'
import { sum } from '../../src/main/tensor/operators/reduction.ts'
import { type Device, Session, tensorOf } from '../../src/main/tensor/run/session.ts'
import { Checkpoints } from '../../src/main/training/checkpoint.ts'
import { probeDevice } from '../../src/main/training/deviceProbe.ts'
import { fineTune } from '../../src/main/training/fineTune.ts'
import { type SstStep, trainNetwork } from '../../src/main/training/network/sstTraining.ts'
import { Scenes } from './scenes.ts'

/** Some steps of the default network on few made-up images: the whole training graph, in small. */
async function trainSome({ device }: { device: Device }) {
  const scenes = new Scenes(16)
  const { labels, channels, positions, truth } = scenes
  const losses: SstStep['losses'][] = []
  const { parameters } = await trainNetwork(
    {
      grid: await scenes.readGrid(scenes.records),
      positions,
      targets: scenes.known(0.7),
      offsets: new Float32Array(truth.length),
      words: hashedLabelVectors(scenes.names, 8),
      heldOut: new Int8Array(truth.length),
    },
    { labels, channels, word: 8, hidden: 8, graph: 4, steps: 1, output: 8, pairs: true, rank: 0 },
    {
      ...{ seed: 0, device, epochs: { fewKnown: 2, allKnown: 2 }, minSteps: 4, batch: 8, learningRate: 1e-3 },
      ...{ weightDecay: 0.1, transferAfter: 0.5, exemplars: 4, repairs: allRepairs },
      onStep: (step) => losses.push(step.losses),
    },
  )
  return { losses, parameters: new Map([...parameters].map(([name, { data }]) => [name, data])) }
}

/** A whole run, or what is left of it where another device has trained the networks already. */
async function fineTuneOn({ cacheFolder, ...where }: { cacheFolder: string; device: Device; takesOverFrom?: Device }) {
  const scenes = new Scenes(24)
  const states = scenes.known(0.6)
  const images = Array.from(scenes.records, String)
  const labels = scenes.names.map((name, id) => ({ id, name }))
  const checkpoints = await Checkpoints.open(cacheFolder, {
    ...{ backbone: 'scenes', images, labels, states, seed: 0 },
    ...where,
  })
  const { probabilities, metrics } = await fineTune(
    { source: scenes, records: scenes.records, states, labelNames: scenes.names },
    { seed: 0, device: where.device, checkpoints },
  )
  return { probabilities, metrics, resumed: checkpoints.resumed }
}

/** A small last stage of a backbone and all its gradients: convolutions with a stride, depthwise and of 1 × 1, and pooling. */
async function differentiateConvolutions({ device }: { device: Device }): Promise<Record<string, Float32Array>> {
  const random = new RandomState(2)
  const shapes = { x: [2, 4, 7, 6], strided: [8, 4, 3, 3], depthwise: [8, 1, 3, 3], pointwise: [5, 8, 1, 1], bias: [5] }
  const graph = new Graph()
  const named = Object.entries(shapes).map(([name, shape]) => [name, graph.input(name, 'float32', shape)] as const)
  const [x, strided, depthwise, pointwise, bias] = named.map(([, value]) => value)
  const small = relu(convolution(x, strided, undefined, { strides: [2, 2], pads: [0, 0, 1, 1] }))
  const mixed = clip(convolution(small, depthwise, undefined, { groups: 8, pads: [1, 1, 1, 1] }), 0, 6)
  const loss = sum(square(globalAveragePool(convolution(mixed, pointwise, bias))))
  const slopes = gradients(
    loss,
    named.map(([, value]) => value),
  )
  named.forEach(([name], i) => {
    graph.output(`slope of ${name}`, slopes[i])
  })
  graph.output('loss', loss)
  const session = await Session.open(onnxModel(graph), { device })
  const feeds = named.map(([name, { shape }]) => {
    const data = Float32Array.from({ length: elements(shape) }, () => random.normal())
    return [name, tensorOf('float32', data, shape as number[])] as const
  })
  const results = await session.run(Object.fromEntries(feeds))
  await session.close()
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]))
}

/** What `webgpu.deep.test.ts` runs in a process of its own: a driver that gives up takes no test with it. */
export const tasks = { probeDevice, trainSome, fineTuneOn, featuresOf, differentiateConvolutions }

serveTasks(tasks)
