import { deviceFailed } from '../base/deviceFailure.ts'
import { RandomState } from '../base/random.ts'
import { semanticDecoupling } from '../sst/decoupling.ts'
import { knownLoss } from '../sst/losses.ts'
import { adam } from '../tensor/gradients/optimizer.ts'
import { Graph, type Value } from '../tensor/graph/graph.ts'
import { dot } from '../tensor/operators/composed.ts'
import { cast } from '../tensor/operators/elementwise.ts'
import { type Device, isBuiltIn, tensorOf } from '../tensor/run/session.ts'
import { Trainer } from '../tensor/run/trainer.ts'

/** Seconds per small training step. */
export interface DeviceProbe {
  secondsPerStep: number
  /** On the CPU of the same machine. */
  cpuSecondsPerStep: number
}

/** A small size to check the numbers, and a realistic one to check the speed. */
const small = { images: 4, positions: 9, channels: 32, hidden: 16, word: 8, labels: 5 }
const large = { images: 8, positions: 49, channels: 256, hidden: 64, word: 16, labels: 10 }
const steps = 4
const learningRate = 1e-3
/** Relative to the loss, and to how far the parameters have moved: devices multiply with lower precision than the CPU. */
const tolerance = { loss: 0.01, way: 0.1 }
/** Seconds. If a small step takes longer, there is no need to try a large one: the CPU is emulating the graphics card. */
const slow = 0.03

/**
 * Trains a small attention head for some steps (METHOD 1, decoupling; Adam) on a device and on the CPU.
 *
 * Run it in an expendable process: a missing library or a broken driver makes it abort or hang.
 * @throws UserError `device-failed`, with the reason: this build doesn't know the device, it can't be opened, or its numbers aren't
 *   finite or differ from the CPU's
 */
export async function probeDevice({ device }: { device: Device }): Promise<DeviceProbe> {
  if (!isBuiltIn(device)) throw deviceFailed(device, 'ONNX Runtime doesn’t support it on this system')
  if (device !== 'cpu') {
    const [there, here] = [await trainOn(device, small), await trainOn('cpu', small)]
    compare(device, there, here)
    if (there.seconds > slow) return { secondsPerStep: there.seconds, cpuSecondsPerStep: here.seconds }
  }
  const there = await trainOn(device, large)
  const here = device === 'cpu' ? there : await trainOn('cpu', large)
  return { secondsPerStep: there.seconds, cpuSecondsPerStep: here.seconds }
}

interface Trained {
  losses: number[]
  start: Map<string, Float32Array>
  parameters: Map<string, Float32Array>
  seconds: number
}

function compare(device: Device, there: Trained, here: Trained): void {
  for (const [step, loss] of there.losses.entries()) {
    const expected = here.losses[step]
    if (!Number.isFinite(loss)) throw deviceFailed(device, 'its results aren’t finite')
    if (Math.abs(loss - expected) > tolerance.loss * Math.abs(expected)) {
      throw deviceFailed(device, `its loss is ${loss.toPrecision(4)} where the CPU has ${expected.toPrecision(4)}`)
    }
  }
  let [way, apart] = [0, 0]
  for (const [name, values] of here.parameters) {
    values.forEach((value, i) => {
      way += Math.abs(value - here.start.get(name)![i])
      apart += Math.abs(value - there.parameters.get(name)![i])
    })
  }
  // Written so that NaN doesn't pass.
  if (!(apart <= tolerance.way * way)) throw deviceFailed(device, 'its training results differ from the CPU’s')
}

async function trainOn(device: Device, sizes: typeof small): Promise<Trained> {
  const { images, positions, channels, hidden, word, labels } = sizes
  const random = new RandomState(0)
  const normals = (length: number, scale: number) => Float32Array.from({ length }, () => scale * random.normal())
  const graph = new Graph()
  const start = new Map<string, Float32Array>()
  const parameters = new Map<string, Value>()
  const shapes: Record<string, number[]> = {
    'decoupling.image.weight': [hidden, channels],
    'decoupling.word.weight': [hidden, word],
    'decoupling.hidden.weight': [hidden, hidden],
    'decoupling.score.weight': [1, hidden],
    classifier: [labels, channels],
  }
  for (const [name, shape] of Object.entries(shapes)) {
    start.set(name, normals(shape[0] * shape[1], 1 / Math.sqrt(shape[1])))
    parameters.set(name, graph.parameter(name, shape, start.get(name)!))
  }
  const words = graph.constant('float32', normals(labels * word, 1), [labels, word])
  const x = cast(graph.input('x', 'float16', [images, positions, channels]), 'float32')
  const { features } = semanticDecoupling(x, words, (name) => parameters.get(name)!)
  const target = graph.input('target', 'float32', [images, labels])
  const loss = knownLoss(dot(features, parameters.get('classifier')!), target)
  graph.output('loss', loss)
  const feeds = {
    x: tensorOf('float16', Float16Array.from(normals(images * positions * channels, 1)), [images, positions, channels]),
    target: tensorOf(
      'float32',
      Float32Array.from({ length: images * labels }, () => random.integer(3) - 1),
      [images, labels],
    ),
  }
  const trainer = await Trainer.open(graph, adam(graph, loss), device)
  try {
    const losses: number[] = []
    let seconds = Number.POSITIVE_INFINITY
    for (let step = 0; step < steps; step++) {
      const begun = performance.now()
      losses.push((await trainer.step(feeds, learningRate)).loss[0])
      // The first step does one-off preparations; of the others, the fastest was disturbed least.
      seconds = Math.min(seconds, (performance.now() - begun) / 1000)
    }
    return { losses, parameters: await trainer.parameters(), start, seconds }
  } finally {
    await trainer.close()
  }
}
