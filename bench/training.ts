/**
 * From the click to the suggestions, features cached: photos of the reference data, a share of the labels known. Phase by
 * phase, since they are what one would make faster; and the most memory that the process held.
 *
 *   node bench/training.ts [--known 0.1] [--backbone FILE.onnx@384] [--json]
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { FeatureReader } from '../src/main/backbone/cache/featureReader.ts'
import { embed } from '../src/main/backbone/embed/embed.ts'
import { readClassifier } from '../src/main/backbone/resolve/classifier.ts'
import { resolveBackbone } from '../src/main/backbone/resolve/resolve.ts'
import { readLabelledFolder } from '../src/main/benchmark/folder.ts'
import { knownMask } from '../src/main/benchmark/masks.ts'
import { fineTune } from '../src/main/training/fineTune.ts'
import { sourceOf } from '../src/main/training/train.ts'

const shared = path.resolve(process.env.SURMISE_SHARED ?? path.join(import.meta.dirname, '../../shared'))
const { values } = parseArgs({
  options: {
    known: { type: 'string', default: '0.1' },
    backbone: { type: 'string', default: `${path.join(shared, 'backbones/mobilenetv2-1.0.onnx')}@384` },
    /** The process that embeds is started with this: its memory is not training's. */
    embed: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const folder = path.join(shared, 'data/voc12-subset')
if (!existsSync(folder)) throw new Error(`The photos are not there: ${folder} (SURMISE_SHARED says where)`)

const { images, labels, truth } = await readLabelledFolder(folder, 1)
const backbone = await resolveBackbone(values.backbone)
const cacheFolder = path.join(tmpdir(), 'surmise-bench-training')
if (values.embed) {
  await embed({ images: images.map((image, id) => ({ id, ...image })), backbone, cacheFolder })
  process.exit()
}
if (!values.json) console.log(`Embedding ${images.length} photos with ${backbone.name}, unless that was done before …`)
const flags = process.argv.slice(2)
const embedding = spawnSync(process.execPath, [import.meta.filename, ...flags, '--embed'], { stdio: 'inherit' })
if (embedding.status !== 0) throw new Error('Embedding did not end well')

const reader = (await FeatureReader.open(cacheFolder, backbone))!
const records = reader.recordsOf(images.map(({ sha256 }) => sha256))
const results = []
for (const known of values.known.split(',').map(Number)) {
  const mask = knownMask(images.length, labels.length, known, 0)
  const states = Int8Array.from(truth, (y, at) => (mask[at] ? (y ? 1 : -1) : 0))
  const begun = performance.now()
  const phases: { phase: string; seconds: number }[] = []
  let phase = ''
  let since = begun
  const enter = (next: string): void => {
    const now = performance.now()
    if (phase) phases.push({ phase, seconds: (now - since) / 1000 })
    phase = next
    since = now
  }
  await fineTune(
    { source: sourceOf(reader, await readClassifier(backbone)), records, states, labelNames: labels },
    { seed: 0, device: 'cpu', onProgress: (report) => report.phase !== phase && enter(report.phase) },
  )
  enter('')
  const seconds = (performance.now() - begun) / 1000
  const peakBytes = process.resourceUsage().maxRSS * 1024
  results.push({ known, images: images.length, labels: labels.length, seconds, peakBytes, phases })
  if (values.json) continue
  console.log(`\n${images.length} images × ${labels.length} labels, ${known * 100} % known: ${seconds.toFixed(1)} s`)
  for (const one of phases) console.log(`  ${one.phase.padEnd(12)} ${one.seconds.toFixed(1)} s`)
  console.log(`  peak resident memory ${(peakBytes / 1024 ** 3).toFixed(2)} GB`)
}
await reader.close()
if (values.json) console.log(JSON.stringify({ training: results }))
