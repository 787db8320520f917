import { beforeAll, describe, expect, test } from 'vitest'
import type { Backbone } from '../../src/main/backbone/backbone.ts'
import type { LastStage } from '../../src/main/backbone/resolve/cutBackbone.ts'
import { RandomState } from '../../src/main/base/random.ts'
import { Session, tensorOf } from '../../src/main/tensor/run/session.ts'
import type { FeatureSource } from '../../src/main/training/description/features.ts'
import { type FineTuneResult, fineTune } from '../../src/main/training/fineTune.ts'
import { openTrunkFeatures } from '../../src/main/training/lastStage/trunkFeatures.ts'
import { type LastStageSource, minGain } from '../../src/main/training/lastStage/tune.ts'
import { temporaryFolder } from '../backbone/models.ts'
import { Scenes } from './scenes.ts'

const side = 3
const channels = 6

/**
 * Scenes seen through a last stage that hides most of them: a convolution of 1 × 1 from 24 channels to 6, with a rectifier. Its
 * weights are small, so that few steps change much.
 */
class Narrowed implements FeatureSource, LastStageSource {
  readonly scenes: Scenes
  readonly channels = channels
  readonly positions = side * side
  readonly #weights: Float32Array

  constructor(scenes: Scenes) {
    this.scenes = scenes
    const random = new RandomState(5)
    this.#weights = Float32Array.from({ length: channels * scenes.channels }, () => 0.004 * random.normal())
  }

  readonly backbone: Backbone = {
    ...{ name: 'narrow', file: 'narrow.onnx', fileBytes: 0, licence: '', note: '', identity: 'narrow' },
    input: {
      name: 'x',
      type: 'float32',
      layout: 'nchw',
      width: 9,
      height: 9,
      batch: null,
      mean: [0, 0, 0],
      std: [1, 1, 1],
    },
    features: { output: 'map', layout: 'nchw', height: side, width: side, specialTokens: 0 },
    pooled: { from: 'mean' },
    dimension: channels,
    grid: { height: side, width: side },
  }

  get stage(): LastStage {
    const { channels: before } = this.scenes
    const attributes = new Map()
    const node = (operator: string, inputs: string[], output: string) => ({
      ...{ operator, name: output, inputs, outputs: [output], attributes, captured: [] },
    })
    return {
      trunk: { ...this.backbone, dimension: before },
      tail: {
        input: { name: 'start', shape: [1, before, side, side] },
        nodes: [node('Conv', ['start', 'w'], 'c'), node('Relu', ['c'], 'map')],
        operatorSet: 17,
        shapes: new Map(),
        fixed: new Map([['w', { shape: [channels, before, 1, 1], data: this.#weights }]]),
      },
    }
  }

  readTrunk(rows: Int32Array): Promise<Float16Array> {
    return this.scenes.readGrid(rows)
  }

  async readGrid(records: Int32Array): Promise<Float16Array> {
    const before = await this.scenes.readGrid(records)
    const width = this.scenes.channels
    return Float16Array.from({ length: (before.length / width) * channels }, (_, at) => {
      const [row, o] = [Math.floor(at / channels), at % channels]
      let sum = 0
      for (let c = 0; c < width; c++) sum += before[row * width + c] * this.#weights[o * width + c]
      return Math.max(0, sum)
    })
  }

  async readPooled(records: Int32Array): Promise<Float32Array> {
    const grid = await this.readGrid(records)
    return Float32Array.from({ length: records.length * channels }, (_, at) => {
      const [image, d] = [Math.floor(at / channels), at % channels]
      let sum = 0
      for (let l = 0; l < side * side; l++) sum += grid[(image * side * side + l) * channels + d]
      return sum / (side * side)
    })
  }
}

describe('training the last stage', () => {
  const scenes = new Scenes(300)
  const source = new Narrowed(scenes)
  const states = scenes.known(0.6)
  const input = { source, records: scenes.records, states, labelNames: scenes.names }
  let tuned: FineTuneResult
  const phases = new Set<string>()

  beforeAll(async () => {
    const onProgress = ({ phase }: { phase: string }) => void phases.add(phase)
    tuned = await fineTune(input, { seed: 0, device: 'cpu', lastStage: source, onProgress })
  })

  test('shows what the stage as it was hid, is kept, and suggests', async () => {
    const frozen = await fineTune(input, { seed: 0, device: 'cpu' })
    expect(frozen.lastStage).toBeUndefined()
    expect(tuned.lastStage!.frozen).toBeCloseTo(frozen.metrics.mAP.sst, 6)
    expect(tuned.lastStage!.tuned).toBeGreaterThan(tuned.lastStage!.frozen + minGain)
    expect(tuned.lastStage!.kept).toBe(true)
    // The figure is of labels that were held out: it is what the model is measured by.
    expect(tuned.metrics.mAP.sst).toBeCloseTo(tuned.lastStage!.tuned, 6)
    expect([...phases]).toContain('last stage')
  })

  test('the model carries the stage: from the features before it, it gives the very scores', async () => {
    const some = Int32Array.of(3, 7, 20)
    const session = await Session.open(tuned.model)
    const { sst } = await session.run({
      trunk: tensorOf('float16', await source.readTrunk(some), [3, side * side, scenes.channels]),
      grid: tensorOf('float16', await source.readGrid(some), [3, side * side, channels]),
      pooled: tensorOf('float16', Float16Array.from(await source.readPooled(some)), [3, channels]),
    })
    await session.close()
    const labels = scenes.labels
    const folds = sst.dims[1]
    let compared = 0
    some.forEach((image, i) => {
      for (let label = 0; label < labels; label++) {
        if (states[image * labels + label] !== 0) continue
        let mean = 0
        for (let fold = 0; fold < folds; fold++) {
          mean += (sst.data as Float32Array)[(i * folds + fold) * labels + label] / folds
        }
        expect(mean).toBeCloseTo(tuned.sources.sst[image * labels + label], 2)
        compared++
      }
    })
    expect(compared).toBeGreaterThan(2)
  })

  test('on labels that say nothing, it is kept only if it is better all the same', async () => {
    const random = new RandomState(8)
    const noise = states.map((state) => (state === 0 ? 0 : random.random() < 0.5 ? 1 : -1))
    const result = await fineTune({ ...input, states: noise }, { seed: 0, device: 'cpu', lastStage: source })
    const { frozen, tuned: after, kept } = result.lastStage!
    expect(kept).toBe(after - frozen >= minGain)
    expect(result.metrics.mAP.sst).toBeCloseTo(kept ? after : frozen, 6)
  })

  test('images that were not looked at again are said in a sentence', async () => {
    const keys = ['a', 'b'].map((digit) => digit.repeat(64))
    await expect(openTrunkFeatures(source.backbone, source.stage, temporaryFolder(), keys)).rejects.toMatchObject({
      code: 'trunk-features-missing',
      message: expect.stringContaining('2 images can’t be read again'),
      hint: expect.stringContaining('--unfreeze'),
    })
  })
})
