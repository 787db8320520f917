/**
 * What many labels cost: a training step with 200 and with 1,000 labels, in turns, and the memory of a whole fine-tune run of
 * 1,000 labels × 20,000 images, in a process of its own. Every phase is whole but the networks' schedules, which are cut to
 * `--steps` each: with more of them the run takes longer, and no more memory.
 *
 *   node bench/labels.ts [--images 20000] [--known 0.1] [--channels 256] [--steps 20] [--rounds 3] [--json]
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { RandomState } from '../src/main/base/random.ts'
import { allRepairs } from '../src/main/sst/objective.ts'
import { fineTune, networkSizes } from '../src/main/training/fineTune.ts'
import { trainNetwork } from '../src/main/training/network/sstTraining.ts'
import { ManyLabels } from '../test/training/manyLabels.ts'
import { median } from './alternate.ts'

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '20000' },
    known: { type: 'string', default: '0.1' },
    channels: { type: 'string', default: '256' },
    steps: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
    /** The process of the whole run is started with this. */
    whole: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const [few, many] = [200, 1000]
const targets = { ratio: 6, bytes: 3 * 1024 ** 3 }
const batch = 32
const channels = Number(values.channels)
const known = Number(values.known)

/** Seconds of each step but the first, all that a batch needs included. */
async function stepSeconds(labels: number): Promise<number[]> {
  const images = new ManyLabels(10 * batch, labels, channels)
  const sizes = { ...networkSizes(labels), channels }
  const random = new RandomState(0)
  const seconds: number[] = []
  let last = 0
  await trainNetwork(
    {
      grid: await images.readGrid(images.records),
      positions: images.positions,
      targets: images.known(known),
      offsets: new Float32Array(images.records.length * labels),
      words: Float32Array.from({ length: labels * sizes.word }, () => random.normal()),
      heldOut: new Int8Array(images.records.length * labels),
    },
    sizes,
    {
      ...{ seed: 0, device: 'cpu', threads: 1, epochs: { fewKnown: 1, allKnown: 1 }, minSteps: 1 },
      ...{ batch, learningRate: 2e-3, weightDecay: 0.3, transferAfter: 0.5, exemplars: 100, repairs: allRepairs },
      onStep: () => {
        const now = performance.now()
        if (last > 0) seconds.push((now - last) / 1000)
        last = now
      },
    },
  )
  return seconds
}

interface Whole {
  seconds: number
  /** Of the process, the largest that was resident at once. */
  peakBytes: number
  phases: { phase: string; seconds: number; peakBytes: number }[]
  mAP: { linear: number; sst: number; blend: number }
}

const peakNow = (): number => process.resourceUsage().maxRSS * 1024

async function wholeRun(): Promise<Whole> {
  const images = new ManyLabels(Number(values.images), many, channels)
  const phases: Whole['phases'] = []
  const begun = performance.now()
  let since = begun
  let current = ''
  const enter = (phase: string): void => {
    const now = performance.now()
    if (current) phases.push({ phase: current, seconds: (now - since) / 1000, peakBytes: peakNow() })
    if (current && !values.json) console.error(phases.at(-1))
    current = phase
    since = now
  }
  const { metrics } = await fineTune(
    { source: images, records: images.records, states: images.known(known), labelNames: images.names },
    {
      ...{ seed: 0, device: 'cpu', maxSteps: Number(values.steps) },
      onProgress: ({ phase }) => phase !== current && enter(phase),
    },
  )
  enter('')
  return { seconds: (performance.now() - begun) / 1000, peakBytes: peakNow(), phases, mAP: metrics.mAP }
}

if (values.whole) {
  process.stdout.write(JSON.stringify(await wholeRun()))
  process.exit()
}

const gigabytes = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(2)} GB`
const seconds: Record<number, number[]> = { [few]: [], [many]: [] }
for (let round = 0; round < Number(values.rounds); round++) {
  for (const labels of [few, many]) seconds[labels].push(...(await stepSeconds(labels)))
}
const perStep = { [few]: median(seconds[few]), [many]: median(seconds[many]) }
const ratio = perStep[many] / perStep[few]
if (!values.json) {
  console.log(`One training step on one thread, B=${batch} L=49 D=${channels}, ${known * 100} % known:`)
  for (const labels of [few, many]) {
    const [low, high] = [Math.min(...seconds[labels]), Math.max(...seconds[labels])]
    console.log(`  C=${labels}: ${perStep[labels].toFixed(3)} s (${low.toFixed(3)} … ${high.toFixed(3)})`)
  }
  console.log(`  ${ratio.toFixed(2)} ×, at most ${targets.ratio} ×`)
}

const flags = process.argv.slice(2)
const { stdout, status } = spawnSync(process.execPath, [import.meta.filename, ...flags, '--whole'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  encoding: 'utf8',
})
if (status !== 0) throw new Error('The whole run did not end well')
const whole = JSON.parse(stdout) as Whole
if (!values.json) {
  const steps = `each network’s schedule cut to ${values.steps} steps`
  console.log(`\nA fine-tune run of ${many} labels × ${values.images} images, ${steps}: ${whole.seconds.toFixed(0)} s`)
  for (const { phase, seconds, peakBytes } of whole.phases) {
    console.log(`  ${phase.padEnd(12)} ${seconds.toFixed(1).padStart(7)} s   peak so far ${gigabytes(peakBytes)}`)
  }
  console.log(`  peak resident memory ${gigabytes(whole.peakBytes)}, at most ${gigabytes(targets.bytes)}`)
}
console.log(JSON.stringify({ labels: { secondsPerStep: perStep, ratio, whole, targets } }))
