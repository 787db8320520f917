import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { openExtractor } from '../../src/main/backbone/embed/extractor.ts'
import { wholeLook } from '../../src/main/backbone/pixels/looks.ts'
import { cutBackbone } from '../../src/main/backbone/resolve/cutBackbone.ts'
import { resolveBackbone } from '../../src/main/backbone/resolve/resolve.ts'
import { RandomState } from '../../src/main/base/random.ts'
import { assemble, withoutFoldLogits } from '../../src/main/deployment/assemble.ts'
import { imageSources } from '../../src/main/deployment/imageBlend.ts'
import { pixelWriter } from '../../src/main/deployment/measure.ts'
import { inPrecision, precisions } from '../../src/main/deployment/smaller.ts'
import type { Pixels } from '../../src/main/images/decode.ts'
import { Graph } from '../../src/main/tensor/graph/graph.ts'
import { modelBytes } from '../../src/main/tensor/onnx/joinModels.ts'
import ort from '../../src/main/tensor/run/onnxRuntime.ts'
import { Session, type Tensor, tensorOf } from '../../src/main/tensor/run/session.ts'
import { movingTail, tailOn, trunkShape } from '../../src/main/training/lastStage/tailGraph.ts'
import { recognizerModel } from '../../src/main/training/recognizer.ts'
import {
  average,
  cast,
  convolution,
  modelFile,
  plainBackbone,
  temporaryFolder,
  transformer,
  transpose,
} from '../backbone/models.ts'
import { convolutional } from '../backbone/stagedModels.ts'
import { expectOnnxRules, openStrictly } from './onnxRules.ts'
import { folds, labels, randomRecognizer } from './randomHead.ts'

const blend = {
  weights: Array.from({ length: labels }, (_, label) => [0.3, 0.2 - 0.1 * label, 0.5, label - 1]),
  shifts: new Array<number>(labels).fill(0),
}

function pictures(width: number, height: number, count: number): Pixels[] {
  const random = new RandomState(9)
  return Array.from({ length: count }, () => ({
    ...{ width, height },
    data: Uint8Array.from({ length: width * height * 3 }, () => random.integer(256)),
  }))
}

/** The program's own way: pixels to records, these to every fold's logits, and their blend. */
async function own(
  specification: string,
  head: Uint8Array,
  images: Pixels[],
  trunk?: Awaited<ReturnType<typeof resolveBackbone>>,
): Promise<number[][]> {
  const backbone = await resolveBackbone(specification)
  const session = await Session.open(head)
  const extractors = [await openExtractor(backbone, { device: 'cpu', threads: 1, batch: 1 })]
  if (trunk) extractors.push(await openExtractor(trunk, { device: 'cpu', threads: 1, batch: 1 }))
  const logits: number[][] = []
  for (const image of images) {
    const [record, before] = await Promise.all(
      extractors.map(async (extractor) => (await extractor.extract([[wholeLook(image)]]))[0]!),
    )
    const positions = backbone.grid.height * backbone.grid.width
    const split = positions * backbone.dimension
    const feeds: Record<string, Tensor> = {
      grid: tensorOf('float16', record.slice(0, split), [1, positions, backbone.dimension]),
      pooled: tensorOf('float16', record.slice(split), [1, backbone.dimension]),
    }
    if (trunk) {
      const shape = [1, trunk.grid.height * trunk.grid.width, trunk.dimension]
      feeds.trunk = tensorOf('float16', before.slice(0, shape[1] * shape[2]), shape)
    }
    const found = await session.run(feeds)
    logits.push(
      blend.weights.map((weights, label) => {
        let z = weights.at(-1)!
        imageSources.forEach((name, i) => {
          for (let k = 0; k < folds; k++)
            z += (weights[i] * (found[name].data as Float32Array)[k * labels + label]) / folds
        })
        return z
      }),
    )
  }
  await Promise.all(extractors.map((extractor) => extractor.close()))
  await session.close()
  return logits
}

/** The exported model's way: nothing but ONNX Runtime, and pixels. */
async function exported(model: Uint8Array, pixels: Float32Array, shape: number[], perRun: number): Promise<number[][]> {
  expectOnnxRules(model)
  const session = await openStrictly(model)
  const rows: number[][] = []
  const size = pixels.length / shape[0]
  for (let start = 0; start < shape[0]; start += perRun) {
    const some = pixels.slice(start * size, (start + perRun) * size)
    const { logits, probabilities, attention } = await session.run({
      image: new ort.Tensor('float32', some, [perRun, ...shape.slice(1)]),
    })
    expect(logits.dims).toEqual([perRun, labels])
    expect(attention.dims.slice(0, 2)).toEqual([perRun, labels])
    for (let i = 0; i < perRun; i++) {
      const row = Array.from((logits.data as Float32Array).subarray(i * labels, (i + 1) * labels))
      rows.push(row)
      row.forEach((z, label) => {
        expect((probabilities.data as Float32Array)[i * labels + label]).toBeCloseTo(1 / (1 + Math.exp(-z)), 5)
      })
      const each = attention.dims[2] * attention.dims[3]
      const map = (attention.data as Float32Array).subarray(i * labels * each, (i * labels + 1) * each)
      expect(map.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4)
    }
  }
  await session.release()
  return rows
}

const half = 10

/** A backbone that takes bytes, rows of pixels, and gives its map so too. */
function bytesIn(graph: Graph): void {
  const bytes = graph.input('pixels', 'uint8', ['n', 64, 64, 3])
  const image = transpose(graph, cast(graph, bytes, 'float32', 1), [0, 3, 1, 2])
  const map = convolution(
    graph,
    graph.append('Mul', [image, graph.scalar(1 / 255, 'float32')], 'float32', image.shape),
    16,
  )
  graph.output('features', transpose(graph, map, [0, 2, 3, 1]))
}

function halfPrecision(graph: Graph): void {
  const image = graph.input('input', 'float16', ['n', 3, 64, 64])
  const map = convolution(graph, cast(graph, image, 'float32', 1), 16)
  graph.output('features', cast(graph, map, 'float16', half))
  graph.output('pooled', cast(graph, average(graph, map), 'float16', half))
}

function pooledOnly(graph: Graph): void {
  graph.output('pooled', average(graph, convolution(graph, graph.input('input', 'float32', ['n', 3, 64, 64]), 16)))
}

const backbones: [string, (graph: Graph) => void, string][] = [
  ['a map and its mean', plainBackbone(), '@96'],
  ['a map finer than the grid', plainBackbone(['n', 3, 'h', 'w'], 8), '@72'],
  ['mirrored too', plainBackbone(), '@96+flip'],
  ['two images a run, mirrored too', plainBackbone([2, 3, 64, 64], 16), '+flip'],
  ['tokens, one image a run', transformer(64, 16, 2), ''],
  ['bytes, channels last', bytesIn, ''],
  ['half precision', halfPrecision, ''],
  ['a vector alone', pooledOnly, ''],
]

describe('one model of all', () => {
  test.each(backbones)('%s: the program’s own numbers', async (_, build, how) => {
    const specification = (await modelFile(build)) + how
    const backbone = await resolveBackbone(specification)
    const positions = backbone.grid.height * backbone.grid.width
    const head = recognizerModel(randomRecognizer(backbone.dimension), positions, {})
    const { width, height, batch } = backbone.input
    const images = pictures(width, height, 4)
    const writer = pixelWriter(backbone)
    const pixels = writer.allocate(images.length) as Float32Array
    for (const [i, image] of images.entries()) writer.write(image, pixels, i)
    expect(Math.max(...pixels)).toBeGreaterThan(250)

    const parts = { backbone, trunk: undefined, backboneModel: await readFile(backbone.file), head, blend, folds }
    const model = modelBytes(withoutFoldLogits(assemble(parts, { labels: '[]' })))
    const theirs = await exported(model, pixels, [images.length, 3, height, width], batch ?? 4)
    const ours = await own(specification, head, images)
    for (const [i, row] of ours.entries()) {
      row.forEach((z, label) => {
        expect(theirs[i][label]).toBeCloseTo(z, 3)
        expect(1 / (1 + Math.exp(-theirs[i][label]))).toBeCloseTo(1 / (1 + Math.exp(-z)), 4)
      })
    }
    // Numbers that say something: images differ.
    expect(Math.abs(ours[0][0] - ours[1][0])).toBeGreaterThan(1e-3)
  })

  test('with its last stage as it was trained', async () => {
    const file = await modelFile(convolutional)
    const backbone = await resolveBackbone(file)
    const stage = await cutBackbone(backbone, file, temporaryFolder())
    const cut = { backbone, stage }
    const recognizer = randomRecognizer(backbone.dimension)
    const tails = [0.9, 1, 1.1].map((stretch) => {
      const graph = new Graph()
      const tail = new Map()
      tailOn(graph.input('trunk', 'float16', trunkShape(cut, 'images')), cut, movingTail(graph, 1, tail))
      expect(tail.size).toBeGreaterThan(3)
      for (const [name, { data, shape }] of tail) tail.set(name, { shape, data: data.map((x: number) => x * stretch) })
      return tail
    })
    const networks = recognizer.networks.map((network, k) => ({ ...network, tail: tails[k] }))
    const positions = backbone.grid.height * backbone.grid.width
    const head = recognizerModel(recognizer, positions, {}, { cut, networks })
    const images = pictures(backbone.input.width, backbone.input.height, 3)
    const writer = pixelWriter(backbone)
    const pixels = writer.allocate(images.length) as Float32Array
    for (const [i, image] of images.entries()) writer.write(image, pixels, i)
    const parts = { backbone, trunk: stage.trunk, backboneModel: await readFile(file), head, blend, folds }
    const { height, width } = backbone.input
    const theirs = await exported(modelBytes(withoutFoldLogits(assemble(parts, {}))), pixels, [3, 3, height, width], 3)
    const ours = await own(file, head, images, stage.trunk)
    for (const [i, row] of ours.entries()) {
      row.forEach((z, label) => {
        expect(theirs[i][label]).toBeCloseTo(z, 3)
      })
    }
    const before = recognizerModel(recognizer, positions, {})
    const untrained = await own(file, before, images)
    expect(Math.abs(untrained[0][1] - ours[0][1])).toBeGreaterThan(1e-3)
  })

  test('fewer bits: smaller, nearly the same, and as valid', async () => {
    const file = await modelFile(plainBackbone(['n', 3, 64, 64], 16))
    const backbone = await resolveBackbone(file)
    const head = recognizerModel(randomRecognizer(backbone.dimension), 16, {})
    const parts = { backbone, trunk: undefined, backboneModel: await readFile(file), head, blend, folds }
    const whole = withoutFoldLogits(assemble(parts, {}))
    const pixels = Float32Array.from(pictures(64, 64, 2).flatMap(({ data }) => [...data]))
    const found = new Map<string, { bytes: number; logits: number[] }>()
    for (const precision of precisions) {
      const model = modelBytes(inPrecision(whole, precision))
      const rows = await exported(model, pixels, [2, 3, 64, 64], 2)
      found.set(precision, { bytes: model.length, logits: rows.flat() })
    }
    const [full, float16, int8] = precisions.map((precision) => found.get(precision)!)
    expect(float16.bytes).toBeLessThan(full.bytes)
    expect(int8.bytes).toBeLessThan(float16.bytes)
    for (const [reduced, most] of [
      [float16, 0.01],
      [int8, 0.3],
    ] as const) {
      const differences = reduced.logits.map((z, i) => Math.abs(z - full.logits[i]))
      expect(Math.max(...differences)).toBeGreaterThan(0)
      expect(Math.max(...differences)).toBeLessThan(most)
    }
  })

  test('a backbone of other operators is a sentence', async () => {
    const strange = await modelFile((graph) => {
      plainBackbone()(graph)
    })
    const backbone = await resolveBackbone(`${strange}@64`)
    const head = recognizerModel(randomRecognizer(backbone.dimension), 4, {})
    const { decodeModel, encodeModel } = await import('../../src/main/tensor/onnx/format.ts')
    const message = decodeModel(await readFile(strange))
    message.graph.node[0].domain = 'com.example'
    const parts = { backbone, trunk: undefined, backboneModel: encodeModel(message), head, blend, folds }
    expect(() => assemble(parts, {})).toThrowError(
      expect.objectContaining({ code: 'operator-set', hint: expect.stringContaining('--no-backbone') }),
    )
  })
})
