import { readdirSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { readSafeTensors, type SafeTensors } from '../../src/main/base/safetensors.ts'
import { positionsFirst } from '../../src/main/sst/decoupling.ts'
import { ExemplarBank } from '../../src/main/sst/exemplarBank.ts'
import { imagePairs } from '../../src/main/sst/inter.ts'
import { recognize } from '../../src/main/sst/model.ts'
import { objective } from '../../src/main/sst/objective.ts'
import { declareParameters, type Parameters, parameterShapes } from '../../src/main/sst/parameters.ts'
import { gradients } from '../../src/main/tensor/gradients.ts'
import { Graph, type Value } from '../../src/main/tensor/graph.ts'
import { onnxModel } from '../../src/main/tensor/model.ts'
import { Session, type Tensor, tensorOf } from '../../src/main/tensor/session.ts'
import { describeWithShared, sharedPath } from '../shared.ts'

describeWithShared('the reference implementation’s numbers', ['fixtures'], () => {
  const files = readdirSync(sharedPath('fixtures')).filter((name) => /^sst_.*\.safetensors$/.test(name))
  for (const file of files) {
    describe(file, () => {
      let fixture: SafeTensors
      let results: Record<string, Tensor>

      beforeAll(async () => {
        fixture = await readSafeTensors(sharedPath('fixtures', file))
        results = await compute(fixture)
      })

      /** The largest difference, relative to the largest entry of the expected tensor. */
      const error = (name: string, expected: string): number => {
        const wanted = fixture.tensors.get(expected)!.data
        const got = results[name].data as Float32Array
        const scale = wanted.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
        return wanted.reduce((worst, x, i) => Math.max(worst, Math.abs(x - got[i])), 0) / scale
      }

      test('outputs', () => {
        expect(error('logits', 'output.logits')).toBeLessThan(1e-4)
        expect(error('features', 'output.semantic_features')).toBeLessThan(1e-4)
        expect(error('cooccurrenceLogits', 'output.cooccurrence_logits')).toBeLessThan(1e-4)
      })

      test('losses', () => {
        expect(error('total', 'loss.total')).toBeLessThan(1e-4)
        expect(error('known', 'loss.known')).toBeLessThan(1e-4)
        expect(error('intraPseudo', 'loss.intra_pseudo')).toBeLessThan(1e-4)
        expect(error('interPseudo', 'loss.inter_pseudo')).toBeLessThan(1e-4)
        expect(error('cooccurrence', 'loss.intra_cooccurrence')).toBeLessThan(1e-4)
        expect(error('distance', 'loss.inter_distance')).toBeLessThan(1e-4)
      })

      test('pseudo labels, exactly', () => {
        for (const kind of ['intra', 'inter']) {
          // + 0 makes one zero of -0 and 0.
          const got = Array.from(results[`${kind}Targets`].data as Float32Array, (x) => x + 0)
          expect(got).toEqual(Array.from(fixture.tensors.get(`output.${kind}_target`)!.data, (x) => x + 0))
        }
      })

      test('the bank after the batch, exactly', () => {
        const { tensors } = fixture
        const [labels, capacity, channels] = tensors.get('input.exemplars')!.shape
        const bank = new ExemplarBank(labels, capacity, channels, tensors.get('input.exemplars')!.data.slice())
        bank.push(tensors.get('output.semantic_features')!.data, tensors.get('input.target')!.data)
        expect(bank.features).toEqual(tensors.get('output.exemplars')!.data)
      })

      test('gradients', () => {
        const names = [...fixture.tensors.keys()]
          .filter((name) => name.startsWith('grad.') && name !== 'grad.feature_map')
          .map((name) => name.slice(5))
          // b3 and b4 have no gradient but rounding.
          .filter((name) => name !== 'decoupling.hidden.bias' && name !== 'decoupling.score.bias')
        expect(names.length).toBe(28)
        for (const name of names) expect(error(`d:${name}`, `grad.${name}`), name).toBeLessThan(1e-3)
      })
    })
  }
})

async function compute({ tensors, metadata }: SafeTensors): Promise<Record<string, Tensor>> {
  const sizes = {
    labels: Number(metadata.classes),
    channels: Number(metadata.channels),
    word: Number(metadata.word),
    hidden: Number(metadata.intermediate),
    output: Number(metadata.output),
  }
  const parameters: Parameters = new Map(
    Object.entries(parameterShapes(sizes)).map(([name, shape]) => [
      name,
      { shape, data: tensors.get(`param.${name}`)!.data },
    ]),
  )
  const graph = new Graph()
  const parameter = declareParameters(graph, parameters)
  const feeds: Record<string, Tensor> = {}
  const input = (name: string, data: Float32Array, shape: number[]): Value => {
    feeds[name] = tensorOf('float32', data, shape)
    return graph.input(name, 'float32', shape)
  }
  const given = (name: string): Value => {
    const { data, shape } = tensors.get(`input.${name}`)!
    return input(name, data, shape)
  }
  const target = given('target')
  const bank = new ExemplarBank(
    sizes.labels,
    Number(metadata.exemplars),
    sizes.channels,
    tensors.get('input.exemplars')!.data,
  )
  const arriving = new Int32Array(sizes.labels)
  tensors.get('input.target')!.data.forEach((y, i) => {
    if (y === 1) arriving[i % sizes.labels]++
  })
  const kept = bank.kept(arriving, true)
  const result = recognize(
    positionsFirst(given('feature_map')),
    given('word_features'),
    given('adjacency'),
    Number(metadata.graph_steps),
    parameter,
  )
  const parts = objective(
    result,
    {
      target,
      bankSum: input('bankSum', kept.sum, [sizes.labels, sizes.channels]),
      bankCount: input('bankCount', kept.count, [sizes.labels]),
      pairOrder: graph.integers(imagePairs(Number(metadata.batch)).map((_, i) => i)),
      intraThreshold: graph.scalar(Number(metadata.intra_margin), 'float32'),
      interThreshold: graph.scalar(Number(metadata.inter_margin), 'float32'),
      transfer: graph.scalar(1, 'float32'),
      rise: graph.scalar(1, 'float32'),
    },
    parameter,
  )
  for (const [name, value] of Object.entries({ ...result, ...parts })) if (value) graph.output(name, value)
  const wanted = graph.parameters.map(({ value }) => value)
  gradients(parts.total, wanted).forEach((gradient, i) => {
    graph.output(`d:${wanted[i].name}`, gradient)
  })
  for (const { name, data, shape } of graph.parameters) feeds[name] = tensorOf('float32', data, shape)
  const session = await Session.open(onnxModel(graph))
  const known = new Set(session.inputs.map(({ name }) => name))
  const results = await session.run(Object.fromEntries(Object.entries(feeds).filter(([name]) => known.has(name))))
  await session.close()
  return results
}
