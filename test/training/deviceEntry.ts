import { featuresOf } from '../../src/main/backbone/embed.ts'
import { serveTasks } from '../../src/main/compute/server.ts'
import { hashedLabelVectors } from '../../src/main/sst/labelVectors.ts'
import { allRepairs } from '../../src/main/sst/objective.ts'
import type { Device } from '../../src/main/tensor/session.ts'
import { Checkpoints } from '../../src/main/training/checkpoint.ts'
import { probeDevice } from '../../src/main/training/deviceProbe.ts'
import { fineTune } from '../../src/main/training/fineTune.ts'
import { type SstStep, trainNetwork } from '../../src/main/training/sstTraining.ts'
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
    { labels, channels, word: 8, hidden: 8, graph: 4, steps: 1, output: 8, pairs: true },
    {
      ...{ seed: 0, device, epochs: { fewKnown: 2, allKnown: 2 }, leastSteps: 4, batch: 8, learningRate: 1e-3 },
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

/** What `webgpu.test.ts` runs in a process of its own: a driver that gives up takes no test with it. */
export const tasks = { probeDevice, trainSome, fineTuneOn, featuresOf }

serveTasks(tasks)
