import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Backbone } from '../../src/main/backbone/backbone.ts'
import { cutBackbone, type LastStage, trunkBytes, wantedOf } from '../../src/main/backbone/resolve/cutBackbone.ts'
import { resolveBackbone } from '../../src/main/backbone/resolve/resolve.ts'
import { RandomState } from '../../src/main/base/random.ts'
import { Graph } from '../../src/main/tensor/graph/graph.ts'
import { onnxModel } from '../../src/main/tensor/onnx/model.ts'
import { rebuild } from '../../src/main/tensor/onnx/rebuild.ts'
import { Session, type Tensor, tensorOf } from '../../src/main/tensor/run/session.ts'
import { describeWithShared, sharedPath } from '../shared.ts'
import { modelFile, plainBackbone, temporaryFolder } from './models.ts'
import { convolutional, transformer } from './stagedModels.ts'

/** Runs the model whole, and in two parts. @returns for each output the largest difference, relative to its largest entry */
async function differences(backbone: Backbone, { trunk, tail }: LastStage): Promise<number[]> {
  const { input } = backbone
  const images = 2
  const shape = [images, 3, input.height, input.width]
  const random = new RandomState(3)
  const pixels = Float32Array.from({ length: images * 3 * input.height * input.width }, () => random.random() * 2 - 1)
  const feeds = { [input.name]: tensorOf('float32', pixels, shape) }
  const wanted = wantedOf(backbone)
  const whole = await runOnce(backbone.file, feeds)
  const before = await runOnce(trunk.file, feeds)

  const graph = new Graph()
  const start = graph.input('start', 'float32', [images, ...tail.input.shape.slice(1)])
  const value = rebuild(tail, start, (_, { data, shape }) => graph.constant('float32', data, shape))
  for (const name of wanted) graph.output(`built ${name}`, value(name))
  const after = await runOnce(onnxModel(graph), { start: before[tail.input.name] })
  return wanted.map((name) => {
    const [a, b] = [whole[name], after[`built ${name}`]].map(({ data }) => data as Float32Array)
    expect(b.length).toBe(a.length)
    const largest = a.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
    expect(largest).toBeGreaterThan(0)
    return a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0) / largest
  })
}

async function runOnce(model: string | Uint8Array, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const session = await Session.open(model)
  const results = await session.run(feeds)
  await session.close()
  return results
}

describe('a backbone is cut before its last stage', () => {
  test('surmise-tiny: the two parts together are the whole', async () => {
    const backbone = await resolveBackbone('surmise-tiny')
    const stage = await cutBackbone(backbone, 'surmise-tiny', temporaryFolder())
    expect(stage.trunk.features).toMatchObject({ height: 14, width: 14 })
    expect(stage.trunk.dimension).toBe(192)
    expect(trunkBytes(stage)).toBe(2 * 192 * (14 * 14 + 1))
    for (const difference of await differences(backbone, stage)) expect(difference).toBeLessThan(1e-5)
  })

  const cut = async (specification: string) => {
    const backbone = await resolveBackbone(specification)
    return { backbone, stage: await cutBackbone(backbone, specification, temporaryFolder()) }
  }

  test('a convolutional network: before its last stage widens the map', async () => {
    const { backbone, stage } = await cut(await modelFile(convolutional))
    expect(stage.trunk).toMatchObject({ dimension: 8, grid: { height: 8, width: 12 } })
    expect(stage.tail.nodes.length).toBeGreaterThan(12)
    for (const difference of await differences(backbone, stage)) expect(difference).toBeLessThan(1e-5)
  })

  test('a vision transformer: before its last block', async () => {
    const { backbone, stage } = await cut(await modelFile(transformer))
    expect(stage.trunk).toMatchObject({ dimension: 12, grid: { height: 17, width: 1 } })
    const blocks = stage.tail.nodes.filter(({ operator }) => operator === 'Softmax')
    expect(blocks).toHaveLength(1)
    for (const difference of await differences(backbone, stage)) expect(difference).toBeLessThan(1e-5)
  })

  test('where the description beside the model says, or else in a sentence why not', async () => {
    const file = await modelFile(convolutional)
    const { stage } = await cut(file)
    // The map that is widened: later than what is found.
    const later = stage.tail.nodes.find(({ operator }) => operator === 'HardSwish')!.outputs[0]
    await writeFile(`${file}.json`, JSON.stringify({ lastStage: later }))
    const named = await cut(file)
    expect(named.stage.trunk.dimension).toBe(24)
    for (const difference of await differences(named.backbone, named.stage)) expect(difference).toBeLessThan(1e-5)
    // One of several ways.
    const aside = stage.tail.nodes.find(({ operator }) => operator === 'HardSigmoid')!.outputs[0]
    await writeFile(`${file}.json`, JSON.stringify({ lastStage: aside }))
    await expect(cut(file)).rejects.toMatchObject({ code: 'backbone-uncut', message: expect.stringContaining(aside) })
    // Nothing before the only stage.
    const whole = cut(await modelFile(plainBackbone(['n', 3, 64, 64])))
    await expect(whole).rejects.toMatchObject({ code: 'backbone-uncut', hint: expect.stringContaining('lastStage') })
  })

  test('an operator without a gradient is named', async () => {
    const { stage } = await cut(
      await modelFile((graph) => {
        const x = graph.append(
          'MaxPool',
          [graph.input('image', 'float32', ['n', 3, 32, 32])],
          'float32',
          ['n', 3, 16, 16],
          {
            kernel_shape: { ints: [2, 2] },
            strides: { ints: [2, 2] },
          },
        )
        const map = graph.append('MaxPool', [x], 'float32', ['n', 3, 8, 8], {
          kernel_shape: { ints: [2, 2] },
          strides: { ints: [2, 2] },
        })
        graph.output('features', map)
      }),
    )
    const graph = new Graph()
    const start = graph.input('start', 'float32', [1, ...stage.tail.input.shape.slice(1)])
    expect(() => rebuild(stage.tail, start, () => start)).toThrow(
      'The last stage of this backbone uses MaxPool, which Surmise can’t train.',
    )
  })
})

describeWithShared('a full backbone', ['backbones/mobilenetv2-1.0.onnx'], () => {
  test('MobileNetV2: cut before the map is widened and made smaller; the two parts together are the whole', async () => {
    const specification = `${sharedPath('backbones/mobilenetv2-1.0.onnx')}@224`
    const backbone = await resolveBackbone(specification)
    const stage = await cutBackbone(backbone, specification, temporaryFolder())
    expect(stage.trunk).toMatchObject({ dimension: 96, grid: { height: 14, width: 14 } })
    expect(path.basename(stage.trunk.file)).toBe(`${backbone.identity}.onnx`)
    for (const difference of await differences(backbone, stage)) expect(difference).toBeLessThan(1e-5)
  })
})
