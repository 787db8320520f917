import { existsSync, readdirSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Backbone } from '../../src/main/backbone/backbone.ts'
import { openExtractor } from '../../src/main/backbone/embed/extractor.ts'
import { wholeLook } from '../../src/main/backbone/pixels/looks.ts'
import { normalisationOf } from '../../src/main/backbone/pixels/normalisation.ts'
import { readClassifier } from '../../src/main/backbone/resolve/classifier.ts'
import { resolveBackbone } from '../../src/main/backbone/resolve/resolve.ts'
import type { Pixels } from '../../src/main/images/decode.ts'
import type { Graph } from '../../src/main/tensor/graph/graph.ts'
import { decodeModel, encodeModel, type TensorMessage } from '../../src/main/tensor/onnx/format.ts'
import { ImportedModel } from '../../src/main/tensor/onnx/import.ts'
import { describeWithShared, sharedPath } from '../shared.ts'
import {
  bothEncoders,
  bytes,
  bytesInside,
  channelsLast,
  classes,
  cnn,
  masked,
  perceptron,
  single,
  transformer,
  width,
} from './families.ts'
import { cast, convolution, modelFile, plainBackbone, temporaryFolder } from './models.ts'

const home = process.env.SURMISE_HOME!
const cuts = path.join(home, 'cache', 'backbones')

// Each run cuts anew.
beforeAll(() => rm(cuts, { recursive: true, force: true }))
afterAll(() => rm(cuts, { recursive: true, force: true }))

const scene = (side: number): Pixels => ({
  ...{ width: side, height: side },
  data: Uint8Array.from({ length: side * side * 3 }, (_, i) => (i * 31 + ((i * i) % 251)) % 256),
})

async function recordOf(backbone: Backbone): Promise<Float16Array> {
  const extractor = await openExtractor(backbone, { device: 'cpu', threads: 1, batch: 2 })
  const [record] = await extractor.extract([[wholeLook(scene(backbone.input.width))]])
  await extractor.close()
  return record!
}

/** The same model in half precision: every number of it, its input and its outputs. */
function halved(model: Uint8Array): Uint8Array {
  const message = decodeModel(model)
  for (const tensor of message.graph.initializer) {
    if (tensor.data_type !== 1) continue
    tensor.data_type = 10
    tensor.raw_data = new Uint8Array(
      new Float16Array(new Float32Array(Uint8Array.from(tensor.raw_data!).buffer)).buffer,
    )
  }
  for (const { type } of [...message.graph.input, ...message.graph.output]) type!.tensor_type.elem_type = 10
  return encodeModel(message)
}

/** The same model in half precision inside, with single precision at both ends, as converters leave it. */
function halvedInside(model: Uint8Array): Uint8Array {
  const message = decodeModel(halved(model))
  const { graph } = message
  for (const one of [...graph.input, ...graph.output]) one.type!.tensor_type.elem_type = 1
  const cast = (from: string, to: string, type: number) => ({
    ...{ op_type: 'Cast', input: [from], output: [to] },
    attribute: [{ name: 'to', type: 2, i: type }],
  })
  const inner = new Map([...graph.input, ...graph.output].map(({ name }) => [name, `${name} in half`]))
  const renamed = (names: string[]) => names.map((name) => inner.get(name) ?? name)
  for (const node of graph.node) [node.input, node.output] = [renamed(node.input), renamed(node.output)]
  graph.node.unshift(...graph.input.map(({ name }) => cast(name, inner.get(name)!, 10)))
  graph.node.push(...graph.output.map(({ name }) => cast(inner.get(name)!, name, 1)))
  return encodeModel(message)
}

/** Operators of ONNX Runtime's own are in a domain of their own. */
function withOwnOperators(model: Uint8Array): Uint8Array {
  const message = decodeModel(model)
  for (const node of message.graph.node) {
    if (node.op_type === 'QLinearGlobalAveragePool') node.domain = 'com.microsoft'
  }
  message.opset_import.push({ domain: 'com.microsoft', version: 1 })
  return encodeModel(message)
}

async function changedFile(build: (graph: Graph) => void, change: (model: Uint8Array) => Uint8Array): Promise<string> {
  const file = await modelFile(build)
  await writeFile(file, change(await readFile(file)))
  return file
}

async function halfFile(build: (graph: Graph) => void): Promise<string> {
  const file = await modelFile(build, 'half.onnx')
  await writeFile(file, halved(await readFile(file)))
  return file
}

/** Largest difference of two records. */
function apart(one: Float16Array, other: Float16Array): number {
  expect(one.length).toBe(other.length)
  return one.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i])), 0)
}

describe('a model that gives out class scores alone is cut at its last map', () => {
  const whole = () => modelFile(cnn({}, true))
  const families = {
    'a convolutional network': [() => modelFile(cnn()), whole, 0.002],
    'one of any size': [() => modelFile(cnn({ side: 's' })).then((file) => `${file}@32`), whole, 0.002],
    'one of a fixed batch': [() => modelFile(cnn({ batch: 1 })), whole, 0.002],
    'one with the channels last': [() => modelFile(channelsLast()), whole, 0.002],
    'one with the channels last that states no size': [
      () => modelFile(channelsLast('s', true)).then((file) => `${file}@32`),
      whole,
      0.002,
    ],
    'one that takes bytes': [() => modelFile(bytes()), whole, 0.004],
    'one in half precision': [() => halfFile(cnn()), whole, 0.02],
    'one in half precision between single ends': [() => changedFile(cnn(), halvedInside), whole, 0.02],
    'one whose layers pass on bytes': [
      () => changedFile(bytesInside(), withOwnOperators),
      () => changedFile(bytesInside(true), withOwnOperators),
      0.02,
    ],
    'one that takes a single image': [() => modelFile(single()), () => modelFile(single(true)), 0.002],
    'one that is told which pixels count': [() => modelFile(masked()), whole, 0.002],
    'one that takes a text, too': [() => modelFile(bothEncoders()), whole, 0.002],
    'one of eight bits': [
      () => modelFile(cnn({ quantized: true })),
      () => modelFile(cnn({ quantized: true }, true)),
      0.002,
    ],
    'a vision transformer with a class token': [
      () => modelFile(transformer(0)),
      () => modelFile(transformer(0, true)),
      0.002,
    ],
    'a vision transformer with registers': [
      () => modelFile(transformer(4)),
      () => modelFile(transformer(4, true)),
      0.002,
    ],
  } as const
  test.each(Object.entries(families))('%s', async (name, [cut, reference, within]) => {
    const file = await cut()
    const original = file.replace(/@32$/, '')
    const before = await readFile(original)
    const backbone = await resolveBackbone(file)
    expect(backbone).toMatchObject({ whole: original, dimension: width, grid: { height: 4, width: 4 } })
    const specials = name.includes('registers') ? 5 : name.includes('class token') ? 1 : 0
    expect(backbone.features).toMatchObject({ specialTokens: specials, height: 4, width: 4 })
    expect(apart(await recordOf(backbone), await recordOf(await resolveBackbone(await reference())))).toBeLessThan(
      within,
    )
    // The person's file is as it was; what lies in the cache has neither the classifier nor its weights.
    expect(await readFile(original)).toEqual(before)
    expect(backbone.file).not.toBe(original)
    const kept = new ImportedModel(await readFile(backbone.file))
    expect(kept.nodes.some(({ operator }) => operator === 'Gemm')).toBe(false)
    const { graph } = decodeModel(await readFile(backbone.file))
    const used = new Set(graph.node.flatMap(({ input }) => input))
    expect(graph.initializer.every(({ name: tensor }) => used.has(tensor))).toBe(true)
    expect(graph.initializer.some(({ dims }) => dims.map(Number).includes(classes))).toBe(false)
    expect(readdirSync(path.dirname(original)).filter((one) => one !== path.basename(original))).toEqual([])
  })

  test('what it was trained to tell apart is still known', async () => {
    for (const build of [cnn(), transformer(4)]) {
      const backbone = await resolveBackbone(await modelFile(build))
      expect((await readClassifier(backbone))?.classes).toBe(classes)
    }
  })

  test('the cut is found again, and made again where it is gone or torn', async () => {
    const file = await modelFile(cnn({ side: 48 }))
    const first = await resolveBackbone(file)
    expect(await resolveBackbone(file)).toEqual(first)
    const bytesOf = await readFile(first.file)
    await writeFile(first.file, bytesOf.subarray(0, 100))
    expect(await resolveBackbone(file)).toEqual(first)
    expect(await readFile(first.file)).toEqual(bytesOf)
    await rm(cuts, { recursive: true })
    expect(await resolveBackbone(file)).toEqual(first)
    expect(existsSync(first.file)).toBe(true)
  })

  test('what a description says wins: another value of the model, and how many tokens come before the patches', async () => {
    const file = await modelFile(cnn())
    const inner = new ImportedModel(await readFile(file)).nodes.filter(({ operator }) => operator === 'Relu')[1]
      .outputs[0]
    await writeFile(`${file}.json`, JSON.stringify({ features: inner }))
    const backbone = await resolveBackbone(file)
    expect(backbone).toMatchObject({ dimension: 8, features: { output: inner, height: 8, width: 8 }, whole: file })
    await writeFile(`${file}.json`, '{"features": "nothing"}')
    await expect(resolveBackbone(file)).rejects.toMatchObject({ code: 'backbone-no-features' })
  })

  test('a model without places keeps the vector before its scores', async () => {
    const backbone = await resolveBackbone(await modelFile(perceptron()))
    expect(backbone).toMatchObject({ features: null, dimension: width, grid: { height: 1, width: 1 } })
  })

  test('weights that lie in a file beside the model are taken along', async () => {
    const file = await modelFile(cnn())
    const inside = await resolveBackbone(file)
    const message = decodeModel(await readFile(file))
    const parts: Uint8Array[] = []
    let offset = 0
    for (const tensor of message.graph.initializer as (TensorMessage & Record<string, unknown>)[]) {
      const data = Uint8Array.from(tensor.raw_data!)
      const facts = { location: 'weights.bin', offset: String(offset), length: String(data.length) }
      tensor.external_data = Object.entries(facts).map(([key, value]) => ({ key, value }))
      tensor.data_location = 1
      tensor.raw_data = undefined
      parts.push(data)
      offset += data.length
    }
    const folder = temporaryFolder()
    const outside = path.join(folder, 'model.onnx')
    await writeFile(outside, encodeModel(message))
    await expect(resolveBackbone(outside)).rejects.toMatchObject({
      code: 'model-unsafe',
      message: expect.stringContaining('weights.bin'),
    })
    await writeFile(path.join(folder, 'weights.bin'), Buffer.concat(parts))
    expect(await recordOf(await resolveBackbone(outside))).toEqual(await recordOf(inside))
  })
})

describe('how pixels are normalised', () => {
  const half = normalisationOf('half')
  const normalised = (a: number, b: readonly number[]) =>
    modelFile((graph) => {
      const image = graph.input('x', 'float32', ['n', 3, 64, 64])
      const means = graph.constant('float32', Float32Array.from(b), [1, 3, 1, 1])
      const less = graph.append('Sub', [image, means], 'float32', image.shape)
      const scaled = graph.append('Mul', [less, graph.scalar(a, 'float32')], 'float32', image.shape)
      graph.output('features', convolution(graph, scaled, 32))
    })

  test('is not known of a model that says nothing', async () => {
    // Nor of what is cut out of one.
    for (const build of [plainBackbone(), cnn()]) {
      const backbone = await resolveBackbone(await modelFile(build))
      expect(backbone.normalisationFrom).toBeUndefined()
      expect(backbone.input).toMatchObject(half)
    }
  })

  test.each([
    ['bytes', 1 / 58, [123.675, 116.28, 103.53]],
    ['bytes', 1, [123.68, 116.779, 103.939]],
    ['bytes', 1 / 255, [0, 0, 0]],
    ['unit', 4.4, [0.485, 0.456, 0.406]],
    ['unit', 2, [0.5, 0.5, 0.5]],
    ['unit', 255, [0, 0, 0]],
  ] as const)('is read from a graph that takes %s: times %d after less %j', async (name, scale, means) => {
    const backbone = await resolveBackbone(await normalised(scale, means))
    expect(backbone).toMatchObject({ normalisationFrom: 'graph', input: normalisationOf(name) })
  })

  test('is what a person says, then a description, then the file that its publisher left', async () => {
    const folder = temporaryFolder()
    await mkdir(path.join(folder, 'onnx'))
    const file = await modelFile(plainBackbone(), 'model.onnx', path.join(folder, 'onnx'))
    const published = {
      ...{ do_rescale: true, rescale_factor: 1 / 255, do_normalize: true, do_center_crop: true },
      ...{ image_mean: [0.1, 0.2, 0.3], image_std: [0.4, 0.5, 0.6], size: { shortest_edge: 256 } },
      crop_size: { height: 224, width: 224 },
    }
    await writeFile(path.join(folder, 'preprocessor_config.json'), JSON.stringify(published))
    const of = async (specification: string) => {
      const { input, normalisationFrom } = await resolveBackbone(specification)
      return { mean: input.mean, width: input.width, from: normalisationFrom }
    }
    const taken = await of(file)
    expect(taken).toMatchObject({ width: 224, from: 'preprocessor' })
    for (const [i, mean] of taken.mean.entries()) expect(mean).toBeCloseTo(published.image_mean[i], 6)
    await writeFile(`${file}.json`, JSON.stringify(half))
    expect(await of(file)).toMatchObject({ ...{ mean: half.mean, width: 224, from: 'card' } })
    const { mean } = normalisationOf('clip')
    expect(await of(`${file}@96:clip`)).toMatchObject({ mean, width: 96, from: 'choice' })
    await rm(`${file}.json`)
    await writeFile(path.join(folder, 'preprocessor_config.json'), '{"image_mean": "grey"')
    expect(await of(file)).toMatchObject({ ...{ mean: half.mean, width: 384, from: undefined } })
  })

  test('is the same for what is cut out of a model', async () => {
    const folder = temporaryFolder()
    const file = await modelFile(cnn({ side: 's' }), 'model.onnx', folder)
    const published = { image_mean: [0.1, 0.2, 0.3], image_std: [0.4, 0.5, 0.6], size: 48 }
    await writeFile(path.join(folder, 'preprocessor_config.json'), JSON.stringify(published))
    expect(await resolveBackbone(file)).toMatchObject({
      ...{ whole: file, normalisationFrom: 'preprocessor' },
      input: { mean: published.image_mean, std: published.image_std, width: 48, height: 48 },
    })
  })

  test('a size that the model claims to take and doesn’t is passed over', async () => {
    const file = await modelFile((graph) => {
      const map = convolution(graph, graph.input('x', 'float32', ['n', 3, 'h', 'w']), 32)
      const place = graph.constant('float32', new Float32Array(8 * 49), [1, 8, 7, 7])
      graph.output('features', graph.append('Add', [map, place], 'float32', ['n', 8, 7, 7]))
    })
    expect((await resolveBackbone(file)).input).toMatchObject({ width: 224, height: 224 })
    await expect(resolveBackbone(`${file}@384`)).rejects.toMatchObject({ code: 'backbone-size' })
  })
})

describe('is refused with a sentence', () => {
  test('a text model', async () => {
    const text = await modelFile((graph) => {
      const ids = graph.input('input_ids', 'int64', ['batch', 'sequence'])
      graph.output('text_embeds', cast(graph, ids, 'float32', 1))
    })
    await expect(resolveBackbone(text)).rejects.toMatchObject({
      code: 'backbone-input',
      message: expect.stringContaining('This is a text model'),
    })
  })

  test('a model whose features depend on an image and a text together', async () => {
    const both = await modelFile((graph) => {
      const image = graph.input('pixel_values', 'float32', ['n', 3, 64, 64])
      const ids = graph.input('input_ids', 'int64', ['n', 's'])
      const words = cast(graph, ids, 'float32', 1)
      const mean = graph.append('ReduceMean', [words], 'float32', [])
      graph.output('features', convolution(graph, graph.append('Mul', [image, mean], 'float32', image.shape), 32))
    })
    await expect(resolveBackbone(both)).rejects.toMatchObject({
      code: 'backbone-input',
      message: expect.stringContaining('holds a text encoder beside the image encoder'),
    })
  })

  test('a model with an operator that ONNX Runtime lacks', async () => {
    const file = await modelFile((graph) => {
      const map = convolution(graph, graph.input('x', 'float32', ['n', 3, 64, 64]), 32)
      graph.output('features', graph.append('DeformedConv', [map], 'float32', map.shape))
    })
    const message = expect.stringContaining('needs the operator DeformedConv')
    await expect(resolveBackbone(file)).rejects.toMatchObject({ code: 'backbone-operator', message })
  })
})

describeWithShared('MobileNetV2 with its class scores alone', ['backbones/mobilenetv2-1.0.onnx'], () => {
  test('gives the features that the whole model gives out', async () => {
    const shared = sharedPath('backbones/mobilenetv2-1.0.onnx')
    const file = path.join(temporaryFolder(), 'scores.onnx')
    await writeFile(file, new ImportedModel(await readFile(shared)).part(['logits']))
    const backbone = await resolveBackbone(`${file}@128`)
    expect(backbone).toMatchObject({ dimension: 1280, features: { height: 4, width: 4 }, whole: file })
    expect(apart(await recordOf(backbone), await recordOf(await resolveBackbone(`${shared}@128`)))).toBeLessThan(0.01)
    expect((await readClassifier(backbone))?.classes).toBe(1001)
    expect((await readFile(backbone.file)).length).toBeLessThan(0.7 * (await readFile(file)).length)
  })
})
