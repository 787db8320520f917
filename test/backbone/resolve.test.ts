import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Backbone } from '../../src/main/backbone/backbone.ts'
import { openExtractor } from '../../src/main/backbone/embed/extractor.ts'
import { wholeLook } from '../../src/main/backbone/pixels/looks.ts'
import { flipped } from '../../src/main/backbone/pixels/views.ts'
import { resolveBackbone } from '../../src/main/backbone/resolve/resolve.ts'
import { UserError } from '../../src/main/base/errors.ts'
import type { Pixels } from '../../src/main/images/decode.ts'
import { describeWithShared, sharedPath } from '../shared.ts'
import {
  average,
  cast,
  channels,
  convolution,
  modelFile,
  plainBackbone,
  temporaryFolder,
  transformer,
  transpose,
} from './models.ts'

const uniform = (width: number, height: number, value = 200): Pixels => ({
  width,
  height,
  data: new Uint8Array(width * height * 3).fill(value),
})

async function recordOf(specification: string, value = 200): Promise<Float16Array> {
  const backbone = await resolveBackbone(specification)
  const extractor = await openExtractor(backbone, { device: 'cpu', threads: 1, batch: 2 })
  const [record] = await extractor.extract([[wholeLook(uniform(backbone.input.width, backbone.input.height, value))]])
  await extractor.close()
  return record!
}

async function refusal(specification: string): Promise<UserError> {
  const error = await resolveBackbone(specification).catch((error) => error)
  expect(error).toBeInstanceOf(UserError)
  expect(error.hint).not.toBe('')
  return error
}

describe('the registry', () => {
  test('knows surmise-tiny', async () => {
    const backbone = await resolveBackbone('surmise-tiny')
    expect(backbone).toMatchObject({
      name: 'surmise-tiny',
      licence: 'Apache-2.0',
      dimension: 384,
      grid: { height: 7, width: 7 },
      input: { width: 224, height: 224, type: 'float32', layout: 'nchw', batch: null },
      features: { output: 'features', layout: 'nchw', height: 7, width: 7 },
      pooled: { from: 'output', output: 'pooled' },
    })
    expect(backbone.identity).toMatch(/^[0-9a-f]{32}$/)
    expect(structuredClone(backbone)).toEqual(backbone)
  })

  test('looks at mirrored images, too, where +flip is behind it', async () => {
    const backbone = await resolveBackbone('surmise-tiny@96+flip')
    expect(backbone).toMatchObject({ name: 'surmise-tiny+flip', views: 'flip', grid: { height: 3, width: 3 } })
    const plain = await resolveBackbone('surmise-tiny@96')
    expect(plain.identity).not.toBe(backbone.identity)
    const scene = { ...uniform(90, 96), data: Uint8Array.from({ length: 90 * 96 * 3 }, (_, i) => (i * i) % 251) }
    const records = async (of: Backbone, image: Pixels): Promise<Float16Array> => {
      const extractor = await openExtractor(of, { device: 'cpu', threads: 1, batch: 2 })
      const [record] = await extractor.extract([[wholeLook(image)]])
      await extractor.close()
      return record!
    }
    const both = await records(backbone, scene)
    const one = await records(plain, scene)
    const other = await records(plain, flipped(scene))
    // Of the first row of the grid, the position on the right: mirrored, it is on the left.
    const { dimension } = backbone
    const right = 2 * dimension
    for (let d = 0; d < dimension; d++) {
      expect(both[right + d]).toBeCloseTo((one[right + d] + other[d]) / 2, 2)
      const pooled = 9 * dimension + d
      expect(both[pooled]).toBeCloseTo((one[pooled] + other[pooled]) / 2, 2)
    }
    // A mirrored image has the mirrored record.
    const mirrored = await records(backbone, flipped(scene))
    for (let d = 0; d < dimension; d++) expect(mirrored[d]).toBeCloseTo(both[right + d], 2)
    expect(one.subarray(0, dimension)).not.toEqual(other.subarray(right, right + dimension))
  })

  test('takes another size behind an @', async () => {
    const backbone = await resolveBackbone('surmise-tiny@384')
    expect(backbone).toMatchObject({ input: { width: 384 }, features: { height: 12 }, grid: { height: 7, width: 7 } })
    const small = await resolveBackbone('surmise-tiny@64')
    expect(small).toMatchObject({ features: { height: 2 }, grid: { height: 2, width: 2 } })
    const identities = [backbone, small, await resolveBackbone('surmise-tiny')].map(({ identity }) => identity)
    expect(new Set(identities).size).toBe(3)
  })

  test('says what it knows if it does not know a name', async () => {
    const error = await refusal('resnet-9000')
    expect(error.code).toBe('backbone-unknown')
    expect(error.hint).toContain('surmise-tiny')
  })
})

describe('an ONNX file', () => {
  test('with a map and a pooled vector of any size is taken at 384 pixels', async () => {
    const file = await modelFile(plainBackbone())
    expect(await resolveBackbone(file)).toMatchObject({
      name: 'model.onnx',
      file,
      dimension: channels,
      input: { width: 384, height: 384, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
      features: { height: 12, width: 12 },
      grid: { height: 7, width: 7 },
    })
    expect((await resolveBackbone(`${file}@96`)).grid).toEqual({ height: 3, width: 3 })
  })

  test('of a fixed size is taken at that size, and at no other', async () => {
    const file = await modelFile(plainBackbone([1, 3, 64, 128]))
    expect(await resolveBackbone(file)).toMatchObject({
      input: { width: 128, height: 64, batch: 1 },
      grid: { height: 2, width: 4 },
    })
    expect(await refusal(`${file}@64`)).toMatchObject({ code: 'backbone-size' })
  })

  test('keeps its identity wherever it lies, and only as long as its numbers are the same', async () => {
    const one = await resolveBackbone(await modelFile(plainBackbone(), 'one.onnx'))
    const other = await resolveBackbone(await modelFile(plainBackbone(), 'other.onnx'))
    expect(other.identity).toBe(one.identity)
    const finer = await resolveBackbone(await modelFile(plainBackbone(undefined, 16)))
    expect(finer.identity).not.toBe(one.identity)
    await writeFile(`${other.file}.json`, '{"mean": [0.4, 0.4, 0.4]}')
    expect((await resolveBackbone(other.file)).identity).not.toBe(one.identity)
    // Weights that a large model keeps beside it belong to it.
    await writeFile(`${one.file}_data`, 'weights')
    expect((await resolveBackbone(one.file)).identity).not.toBe(one.identity)
  })

  test('may be described by a file beside it', async () => {
    const file = await modelFile((graph) => {
      const image = graph.input('x', 'float32', ['n', 3, 'h', 'w'])
      graph.output('shallow', convolution(graph, image, 8))
      graph.output('deep', convolution(graph, image, 32))
    })
    expect((await resolveBackbone(file)).features?.output).toBe('deep')
    const card = {
      size: [160, 96],
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
      features: 'shallow',
      licence: 'MIT',
    }
    await writeFile(`${file}.json`, JSON.stringify(card))
    expect(await resolveBackbone(file)).toMatchObject({
      licence: 'MIT',
      input: { width: 160, height: 96, mean: card.mean, std: card.std },
      features: { output: 'shallow', height: 12, width: 20 },
      pooled: { from: 'mean' },
    })
    for (const wrong of ['not json', '{"size": "large"}', '{"sise": 224}', '{"std": [1, 0, 1]}']) {
      await writeFile(`${file}.json`, wrong)
      expect((await refusal(file)).code).toBe('backbone-card-wrong')
    }
    await writeFile(`${file}.json`, '{"features": "nothing"}')
    expect(await refusal(file)).toMatchObject({ code: 'backbone-no-features' })
    await writeFile(`${file}.json`, '{"pooled": "nothing"}')
    expect(await refusal(file)).toMatchObject({ code: 'backbone-no-features' })
  })

  test('with a pooled vector alone has a map of one position', async () => {
    const file = await modelFile((graph) => {
      // All of the image at once: there is no map in it.
      const vector = convolution(graph, graph.input('x', 'float32', ['n', 3, 64, 64]), 64)
      graph.output('embedding', average(graph, vector))
    })
    expect(await resolveBackbone(file)).toMatchObject({
      features: null,
      grid: { height: 1, width: 1 },
      dimension: channels,
    })
    const record = await recordOf(file)
    expect(record.slice(0, channels)).toEqual(record.slice(channels))
  })

  test('whose pooled vector is of another space keeps the map and its mean', async () => {
    const file = await modelFile((graph) => {
      const map = convolution(graph, graph.input('x', 'float32', ['n', 3, 64, 64]), 32)
      graph.output('features', map)
      const weights = graph.constant('float32', new Float32Array(channels * 5).fill(1), [channels, 5])
      graph.output('embedding', graph.append('MatMul', [average(graph, map), weights], 'float32', ['n', 5]))
    })
    expect(await resolveBackbone(file)).toMatchObject({ pooled: { from: 'mean' }, dimension: channels })
  })

  test('whose sizes are all left open takes channels first', async () => {
    const file = await modelFile((graph) => {
      const image = graph.input('pixel_values', 'float32', ['batch', 'channels', 'height', 'width'])
      graph.output('features', convolution(graph, image, 32))
    })
    expect(await resolveBackbone(file)).toMatchObject({ input: { layout: 'nchw', width: 384 } })
  })

  test.each([0, 1, 5])('of a vision transformer with %i tokens before the patches', async (specials) => {
    const file = await modelFile(transformer(112, 16, specials))
    const backbone = await resolveBackbone(file)
    expect(backbone).toMatchObject({
      features: { layout: 'tokens', height: 7, width: 7, specialTokens: specials },
      pooled: { from: specials > 0 ? 'class token' : 'mean' },
      input: { batch: 1 },
    })
    const plain = await recordOf(await modelFile(plainBackbone([1, 3, 112, 112], 16)))
    const record = await recordOf(file)
    expect(record.slice(0, 49 * channels)).toEqual(plain.slice(0, 49 * channels))
    if (specials > 0) expect([...record.slice(-channels)]).toEqual(Array.from({ length: channels }, (_, i) => 100 + i))
  })

  test('in every layout and type gives the same features', async () => {
    const side = 128
    const plain = await recordOf(await modelFile(plainBackbone(['n', 3, side, side])))
    const normalised = (graph: Parameters<typeof convolution>[0], image: ReturnType<typeof cast>) => {
      const scaled = graph.append('Div', [image, graph.scalar(127.5, 'float32')], 'float32', image.shape)
      return graph.append('Sub', [scaled, graph.scalar(1, 'float32')], 'float32', image.shape)
    }
    const variants = {
      nhwc: await modelFile((graph) => {
        const image = graph.input('image', 'float32', ['n', side, side, 3])
        const map = convolution(graph, transpose(graph, image, [0, 3, 1, 2]), 32)
        graph.output('map', transpose(graph, map, [0, 2, 3, 1]))
      }),
      uint8: await modelFile((graph) => {
        const image = cast(graph, graph.input('image', 'uint8', ['n', side, side, 3]), 'float32', 1)
        graph.output('map', convolution(graph, transpose(graph, normalised(graph, image), [0, 3, 1, 2]), 32))
      }),
      float16: await modelFile((graph) => {
        const image = cast(graph, graph.input('image', 'float16', ['n', 3, side, side]), 'float32', 1)
        graph.output('map', cast(graph, convolution(graph, image, 32), 'float16', 10))
      }),
    }
    for (const [name, file] of Object.entries(variants)) {
      const record = await recordOf(file)
      expect(record.length, name).toBe(plain.length)
      const worst = record.reduce((most, value, i) => Math.max(most, Math.abs(value - plain[i])), 0)
      expect(worst, name).toBeLessThan(0.02)
    }
  })
})

describe('what can’t be used is refused with a sentence', () => {
  test('a file that is not there', async () => {
    expect(await refusal('/nowhere/model.onnx')).toMatchObject({ code: 'backbone-missing' })
  })

  test('a file that is not ONNX, is empty, or ends too early', async () => {
    const folder = temporaryFolder()
    const whole = await readFile(await modelFile(plainBackbone()))
    for (const [name, content] of [
      ['text', Buffer.from('this is not a model, however often you read it')],
      ['empty', Buffer.alloc(0)],
      ['zeros', Buffer.alloc(1000)],
      ['cut', whole.subarray(0, whole.length / 2)],
    ] as const) {
      const file = path.join(folder, `${name}.onnx`)
      await writeFile(file, content)
      expect((await refusal(file)).code, name).toMatch(/^backbone-(not-onnx|unreadable)$/)
    }
  })

  test('a text model, one that wants more than an image, and one of grey images', async () => {
    const text = await modelFile((graph) => {
      const tokens = graph.input('input_ids', 'int64', ['batch', 'sequence'])
      graph.output('embedding', cast(graph, tokens, 'float32', 1))
    })
    const error = await refusal(text)
    expect(error.code).toBe('backbone-input')
    expect(error.message).toContain('input_ids (int64 [batch, sequence])')
    const both = await modelFile((graph) => {
      const map = convolution(graph, graph.input('image', 'float32', ['n', 3, 64, 64]), 32)
      graph.output('map', graph.append('Add', [map, graph.input('prompt', 'float32', [1])], 'float32', map.shape))
    })
    expect(await refusal(both)).toMatchObject({ code: 'backbone-input' })
    const grey = await modelFile((graph) => {
      graph.output(
        'map',
        graph.append('Relu', [graph.input('x', 'float32', ['n', 1, 64, 64])], 'float32', ['n', 1, 64, 64]),
      )
    })
    expect(await refusal(grey)).toMatchObject({ code: 'backbone-input' })
    const doubles = await modelFile((graph) => {
      graph.output(
        'map',
        graph.append('Relu', [graph.input('x', 'float64', ['n', 3, 64, 64])], 'float64', ['n', 3, 64, 64]),
      )
    })
    expect(await refusal(doubles)).toMatchObject({ code: 'backbone-input' })
  })

  test('a model that gives no numbers of the image', async () => {
    const file = await modelFile((graph) => {
      const map = convolution(graph, graph.input('x', 'float32', ['n', 3, 64, 64]), 64)
      graph.output('sum', graph.append('ReduceSum', [map], 'float32', [1], { keepdims: { int: 0 } }))
    })
    const error = await refusal(file)
    expect(error.code).toBe('backbone-no-features')
  })

  test('a size that the model can’t run on', async () => {
    expect(await refusal(`${await modelFile(plainBackbone())}@16`)).toMatchObject({ code: 'backbone-size' })
  })
})

describeWithShared('MobileNetV2', ['backbones/mobilenetv2-1.0.onnx'], () => {
  test('is taken as it is', async () => {
    expect(await resolveBackbone(sharedPath('backbones/mobilenetv2-1.0.onnx'))).toMatchObject({
      dimension: 1280,
      input: { width: 384, height: 384 },
      features: { output: 'features', height: 12, width: 12 },
      pooled: { from: 'output', output: 'pooled' },
    })
  })
})
