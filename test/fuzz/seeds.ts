import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { RandomState } from '../../src/main/base/random.ts'
import { writeSafeTensors } from '../../src/main/base/safetensors.ts'
import type { Format } from '../../src/main/exchange/formats/format.ts'
import { createProject } from '../../src/main/project/file/open.ts'
import { Graph } from '../../src/main/tensor/graph/graph.ts'
import { onnxModel } from '../../src/main/tensor/onnx/model.ts'
import { cnn } from '../backbone/families.ts'
import { clipLike, siglipLike } from '../backbone/towers.ts'
import { foreign, more, writeForeign } from '../exchange/foreignFiles.ts'
import { MemoryProject } from '../exchange/memoryProject.ts'
import type { Files } from './mutate.ts'

/** Files as programs write them, to be broken. */
export interface Seed {
  files: Files
  /** What is opened: one of the files, or '' for the folder. */
  main: string
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-seed-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export function filesBelow(folder: string): Map<string, Buffer> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => statSync(path.join(folder, name)).isFile())
  return new Map(files.map((name) => [name.split(path.sep).join('/'), readFileSync(path.join(folder, name))]))
}

export function pets(): MemoryProject {
  const project = new MemoryProject()
  for (const name of ['a.jpg', 'sub/b.jpg', 'c.png', 'ü 犬.webp']) project.image(name, { sha256: 'ab'.repeat(32) })
  const [dog, cat] = [project.label('dog'), project.label('black & white, "cat"')]
  project.mark(1, dog, 1, { annotator: 'Anna' })
  project.mark(1, cat, -1)
  project.mark(2, cat, 1, { source: 'import' })
  project.mark(3, dog, -1)
  project.suggestions = [{ image: project.images[1], labelId: dog, probability: 0.75 }]
  return project
}

/** What a format writes itself; of one that others write, their files. */
export function formatSeeds(format: Format): Promise<Seed[]> {
  const others = [
    foreign[format.id],
    ...more.map(([id, files, place]) => (id === format.id ? { files, place } : undefined)),
  ]
  return inFolder(async (folder) => {
    const seeds: Seed[] = []
    for (const [index, one] of others.entries()) {
      if (!one) continue
      writeForeign(one, path.join(folder, `${index}`))
      seeds.push({ files: filesBelow(path.join(folder, `${index}`)), main: one.place })
    }
    if (!format.write) return seeds
    const main = format.extensions[0] ? `x${format.extensions[0]}` : ''
    const target = path.join(folder, 'out', main)
    mkdirSync(path.join(folder, 'out'))
    const placeImage = async ({ path: name }: { path: string }, destination: string) => {
      mkdirSync(path.dirname(destination), { recursive: true })
      writeFileSync(destination, name)
    }
    const options = { appVersion: '0', suggestions: true, ...(format.images === 'needed' && { placeImage }) }
    await format.write(pets().source(), main === '' ? path.join(target, 'data') : target, options)
    const files = filesBelow(path.join(folder, 'out'))
    return [...seeds, { files, main: main === '' ? 'data' : main }]
  })
}

/** @param peer what one of Hugging Face’s programs wrote */
export function tableSeed(peer: string): Seed {
  const main = path.basename(peer)
  const bytes = readFileSync(path.join(import.meta.dirname, '../exchange/peers/hugging-face', peer))
  return { main, files: new Map([[main, bytes]]) }
}

export async function imageSeeds(): Promise<Seed[]> {
  const random = new RandomState(3)
  const [width, height] = [40, 28]
  const data = Buffer.from(Array.from({ length: width * height * 3 }, () => random.random() * 256))
  const raw = () => sharp(data, { raw: { width, height, channels: 3 } })
  const exif = { IFD0: { Copyright: 'x', ImageDescription: 'y'.repeat(200) }, IFD3: { GPSLatitude: '1/1 2/1 3/1' } }
  const pages = Buffer.concat([data, data])
  const variants: [name: string, bytes: Promise<Buffer>][] = [
    ['a.jpg', raw().jpeg().toBuffer()],
    [
      'b.jpg',
      raw().withExif(exif).withMetadata({ orientation: 6 }).withIccProfile('p3').jpeg({ progressive: true }).toBuffer(),
    ],
    ['c.jpg', raw().toColourspace('cmyk').jpeg().toBuffer()],
    ['a.png', raw().png().toBuffer()],
    ['b.png', raw().withIccProfile('p3').png({ palette: true, progressive: true }).toBuffer()],
    ['c.png', raw().toColourspace('rgb16').png({ compressionLevel: 0 }).toBuffer()],
    ['a.webp', raw().withExif(exif).webp().toBuffer()],
    ['b.webp', raw().webp({ lossless: true }).toBuffer()],
    ['a.gif', raw().gif().toBuffer()],
    [
      'b.gif',
      sharp(pages, { raw: { width, height: 2 * height, channels: 3, pageHeight: height } })
        .gif({ loop: 0 })
        .toBuffer(),
    ],
    ['a.tif', raw().tiff({ compression: 'none' }).toBuffer()],
    ['b.tif', raw().withExif(exif).tiff({ compression: 'lzw', tile: true, pyramid: true }).toBuffer()],
    ['c.tif', raw().tiff({ compression: 'jpeg', bigtiff: true }).toBuffer()],
    ['a.avif', raw().avif({ effort: 0 }).toBuffer()],
  ]
  return Promise.all(variants.map(async ([main, bytes]) => ({ main, files: new Map([[main, await bytes]]) })))
}

export async function modelSeeds(): Promise<Seed[]> {
  const random = new RandomState(7)
  const build = (shape: (number | string)[], pooled: boolean): Buffer => {
    const graph = new Graph()
    const image = graph.input('input', 'float32', shape)
    const weights = Float32Array.from({ length: 4 * 3 * 16 * 16 }, () => random.random() - 0.5)
    const kernel = graph.constant('float32', weights, [4, 3, 16, 16])
    const map = graph.append('Conv', [image, kernel], 'float32', [shape[0], 4, 2, 2], { strides: { ints: [16, 16] } })
    graph.output('features', map)
    if (pooled) {
      const mean = graph.append('GlobalAveragePool', [map], 'float32', [shape[0], 4, 1, 1])
      graph.output('pooled', graph.append('Reshape', [mean, graph.integers([0, 4])], 'float32', [shape[0], 4]))
    }
    return Buffer.from(onnxModel(graph))
  }
  // Of class scores alone: it is taken apart, and cut.
  const scores = new Graph()
  cnn()(scores)
  const classifier = Buffer.from(onnxModel(scores))
  const models = [
    ...[build(['n', 3, 32, 32], true), build([1, 3, 32, 32], false), build(['n', 3, 'h', 'w'], true)],
    classifier,
  ]
  const card = Buffer.from(
    JSON.stringify({ size: 32, mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2], features: 'features' }),
  )
  return models.map((bytes, i) => ({
    main: 'm.onnx',
    files: new Map([['m.onnx', bytes], ...(i === 2 ? [['m.onnx.json', card] as const] : [])]),
  }))
}

/** Text encoders with their tokenizers, of CLIP's kind and of SigLIP's. */
export function tokenizerSeeds(): Promise<Seed[]> {
  const kinds = [
    { write: clipLike, encoder: 'text_model.onnx', main: 'tokenizer.json' },
    { write: siglipLike, encoder: 'words.onnx', main: 'pieces.json' },
  ]
  return Promise.all(
    kinds.map(({ write, encoder, main }) =>
      inFolder(async (folder) => {
        write(folder)
        const read = (name: string) => readFileSync(path.join(folder, name))
        return {
          main,
          files: new Map([
            [main, read(main)],
            ['encoder.onnx', read(encoder)],
          ]),
        }
      }),
    ),
  )
}

export function tensorSeeds(): Promise<Seed[]> {
  return inFolder(async (folder) => {
    const file = path.join(folder, 'x.safetensors')
    await writeSafeTensors(
      file,
      {
        a: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
        b: { shape: [4], data: Float32Array.of(0, -1, Number.NaN, 1e30) },
        empty: { shape: [0, 5], data: new Float32Array() },
      },
      { made: 'here', list: '[1,2]' },
    )
    return [{ main: 'x.safetensors', files: filesBelow(folder) }]
  })
}

/** A project with labels of every kind, states, history, a model; closed, so that the file holds all of it. */
export function projectSeeds(): Promise<Seed[]> {
  return inFolder(async (folder) => {
    const file = path.join(folder, 'p.surmise')
    mkdirSync(path.join(folder, 'images'))
    const project = createProject({
      path: file,
      imagesRoot: path.join(folder, 'images'),
      labels: ['dog', 'cat', 'boat'],
    })
    const scanned = Array.from({ length: 20 }, (_, i) => ({
      ...{ path: `sub/${i}.jpg`, width: 64, height: 48, orientation: 1, size: 100 + i, mtimeMs: 1_700_000_000_000 },
      ...{ sha256: i.toString(16).padStart(64, '0'), status: 'ok' as const, reason: '', reasonCode: '' as const },
    }))
    project.images.applyScan({ added: scanned })
    const ids = project.images.ids()
    for (const [i, imageId] of ids.entries()) {
      project.states.set([{ imageId, labelId: 1 + (i % 3), state: i % 2 === 0 ? 1 : -1 }], { title: `Mark ${i}` })
    }
    project.history.undo()
    project.labels.update(1, { group: 'animals', description: 'a dog', key: 'x' })
    const model = {
      kind: 'blend',
      backbone: 'surmise-tiny',
      seed: 1,
      device: 'cpu',
      metrics: { mAP: 0.5 },
      labelIds: [1, 2],
    }
    project.models.add({ ...model, file: 'models/a.onnx' }, { current: true })
    project.close()
    rmSync(path.join(folder, 'images'), { recursive: true })
    return [{ main: 'p.surmise', files: filesBelow(folder) }]
  })
}

export const configSeeds: Seed[] = [
  `<View><Image name="image" value="$image"/><Choices name="labels" toName="image" choice="multiple"><Choice value="dog"/>
<Choice value="a &amp; b"/></Choices><Choices name="one" toName="image"><Choice value="x" alias="y"/></Choices></View>`,
].map((text) => ({ main: 'config.xml', files: new Map([['config.xml', Buffer.from(text)]]) }))
