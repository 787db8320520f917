/**
 * Embedding, decode included, against other ways to run the same model on the same photos, in turns:
 * a plain loop that decodes, runs, decodes, runs (in Node, and in Python's onnxruntime where there is one), Python decoding
 * ahead in threads, and the graph alone without any decoding (nothing can be faster with one run at a time).
 *
 *   node bench/embedding.ts [--images 150] [--rounds 3] [--json]
 *
 * Python: the program that SURMISE_PYTHON names, or `python3`; it needs onnxruntime, numpy and pillow.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import type { Backbone } from '../src/main/backbone/backbone.ts'
import { inputShape } from '../src/main/backbone/backbone.ts'
import { embed, type ImageToEmbed } from '../src/main/backbone/embed/embed.ts'
import { Preprocessor } from '../src/main/backbone/pixels/preprocess.ts'
import { resolveBackbone } from '../src/main/backbone/resolve/resolve.ts'
import { telemetryOff } from '../src/main/base/telemetry.ts'
import { decodePixels } from '../src/main/images/decode.ts'
import { readSource } from '../src/main/images/source.ts'
import { Session, tensorOf } from '../src/main/tensor/run/session.ts'
import { alternate, type Contestant, type Measured, printTable } from './alternate.ts'

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '150' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
})
const shared = path.resolve(process.env.SURMISE_SHARED ?? path.join(import.meta.dirname, '../../shared'))
const folder = path.join(shared, 'data/voc12-subset/images')
if (!existsSync(folder)) throw new Error(`The photos are not there: ${folder} (SURMISE_SHARED says where)`)

const images: ImageToEmbed[] = readdirSync(folder)
  .slice(0, Number(values.images))
  .map((name, id) => ({
    id,
    path: path.join(folder, name),
    sha256: hash('sha256', readFileSync(path.join(folder, name))),
  }))

const surmise = 'Surmise'
const python = process.env.SURMISE_PYTHON ?? 'python3'

/** The whole of it: reading, checking, decoding, running, pooling, writing durably. Opening the model is not counted. */
function ours(backbone: Backbone): Contestant {
  return {
    name: surmise,
    async run() {
      const cacheFolder = mkdtempSync(path.join(tmpdir(), 'surmise-bench-'))
      let begun = 0
      const { embedded } = await embed(
        { images, backbone, cacheFolder },
        {
          progress: ({ phase }) => {
            if (phase === 'embedding' && begun === 0) begun = performance.now()
          },
        },
      )
      const milliseconds = performance.now() - begun
      rmSync(cacheFolder, { recursive: true })
      return { images: embedded, milliseconds }
    },
  }
}

async function plainLoop(backbone: Backbone): Promise<Contestant> {
  const session = await Session.open(backbone.file)
  const preprocessor = new Preprocessor(backbone.input)
  const data = preprocessor.allocate(1)
  const shape = inputShape(backbone.input, 1)
  return {
    name: 'Node: decode, run, decode, run …',
    async run() {
      for (const image of images) {
        preprocessor.write(await decodePixels(await readSource(image.path), backbone.input), data, 0)
        await session.run({ [backbone.input.name]: tensorOf(backbone.input.type, data, shape) })
      }
      return { images: images.length }
    },
  }
}

async function graphAlone(backbone: Backbone, batch: number): Promise<Contestant> {
  const session = await Session.open(backbone.file)
  const data = new Preprocessor(backbone.input).allocate(batch)
  const feeds = { [backbone.input.name]: tensorOf(backbone.input.type, data, inputShape(backbone.input, batch)) }
  return {
    name: `the graph alone, ${batch} at a time, nothing decoded`,
    async run() {
      const runs = Math.ceil(images.length / batch)
      for (let i = 0; i < runs; i++) await session.run(feeds)
      return { images: runs * batch }
    },
  }
}

/** Prepares images as any Python script does, and answers each line (how many images at a time) with its seconds. */
const pythonScript = `
import sys, time, numpy as np, onnxruntime as ort
from concurrent.futures import ThreadPoolExecutor
from PIL import Image, ImageOps
model, side = sys.argv[1], int(sys.argv[2])
paths = sys.argv[3:]
session = ort.InferenceSession(model, providers=['CPUExecutionProvider'])
name = session.get_inputs()[0].name

def load(path):
    image = ImageOps.exif_transpose(Image.open(path)).convert('RGB').resize((side, side), Image.BICUBIC)
    return (np.asarray(image, dtype=np.float32) / 127.5 - 1).transpose(2, 0, 1)

for line in sys.stdin:
    batch = int(line)
    begun = time.perf_counter()
    if batch == 0:
        for path in paths:
            session.run(['features', 'pooled'], {name: load(path)[None]})
    else:
        with ThreadPoolExecutor(2) as threads:
            loading = threads.map(load, paths)
            for _ in range(0, len(paths), batch):
                some = [image for _, image in zip(range(batch), loading)]
                session.run(['features', 'pooled'], {name: np.stack(some)})
    print(time.perf_counter() - begun, flush=True)
`

function pythonContestants(backbone: Backbone): { contestants: Contestant[]; child?: ChildProcess } {
  const env = { ...process.env, ...telemetryOff }
  const probe = spawnSync(python, ['-c', 'import onnxruntime, numpy, PIL; print(onnxruntime.__version__)'], { env })
  if (probe.status !== 0) {
    console.error(`Skipped: Python’s onnxruntime (${python} has not onnxruntime, numpy and pillow)`)
    return { contestants: [] }
  }
  const version = probe.stdout.toString().trim()
  const files = images.map((image) => image.path)
  const child = spawn(python, ['-c', pythonScript, backbone.file, String(backbone.input.width), ...files], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const contestant = (name: string, batch: number): Contestant => ({
    name: `Python’s onnxruntime ${version}: ${name}`,
    async run() {
      child.stdin.write(`${batch}\n`)
      const { value } = await lines.next()
      return { images: images.length, milliseconds: Number(value) * 1000 }
    },
  })
  return {
    contestants: [contestant('plain loop', 0), contestant('2 decoding threads, 8 a run', 8)],
    child,
  }
}

const results: { backbone: string; size: number; images: number; measured: Measured[] }[] = []
for (const specification of ['surmise-tiny', `${path.join(shared, 'backbones/mobilenetv2-1.0.onnx')}@384`]) {
  const backbone = await resolveBackbone(specification)
  const { contestants, child } = pythonContestants(backbone)
  const all = [
    ours(backbone),
    await plainLoop(backbone),
    ...contestants,
    await graphAlone(backbone, 1),
    await graphAlone(backbone, 8),
  ]
  const measured = await alternate(all, Number(values.rounds))
  child?.kill()
  const size = backbone.input.width
  results.push({ backbone: backbone.name, size, images: images.length, measured })
  if (!values.json) printTable(`${backbone.name} at ${size} px, ${images.length} photos`, measured, surmise)
}
if (values.json) console.log(JSON.stringify({ embedding: results }))
