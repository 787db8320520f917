import { positionsFirst } from '../sst/decoupling.ts'
import { ExemplarBank } from '../sst/exemplarBank.ts'
import { imagePairs } from '../sst/inter.ts'
import { recognize } from '../sst/model.ts'
import { noRepairs, objective } from '../sst/objective.ts'
import { declareParameters, type Parameters } from '../sst/parameters.ts'
import { gradients } from '../tensor/gradients/gradients.ts'
import { adam, stepScalars } from '../tensor/gradients/optimizer.ts'
import { Graph, type Value } from '../tensor/graph/graph.ts'
import { onnxModel } from '../tensor/onnx/model.ts'
import { Session, type Tensor, tensorOf } from '../tensor/run/session.ts'
import type { MethodFixture } from './parity/methodFixture.ts'

/**
 * Computes what a fixture contains: one training step of METHOD 1 without repairs, with ρ = 1, pseudo labels on, and the random
 * part of L_dist in order.
 * @returns row-major tensors by the fixture's names, with gradients and Adam steps of `MethodFixture.parameters`
 */
export async function computeStep(fixture: MethodFixture): Promise<Map<string, Float32Array>> {
  const { sizes, images, exemplars, settings, tensors } = fixture
  const graph = new Graph()
  const parameters: Parameters = new Map(fixture.parameters.map((name) => [name, tensors.get(`param.${name}`)!]))
  const parameter = declareParameters(graph, parameters)
  const feeds: Record<string, Tensor> = {}
  const input = (name: string, data: Float32Array, shape: number[]): Value => {
    feeds[name] = tensorOf('float32', data, shape)
    return graph.input(name, 'float32', shape)
  }
  const given = (name: string): Value =>
    input(name, tensors.get(`input.${name}`)!.data, tensors.get(`input.${name}`)!.shape)
  const map = given('feature_map')
  const target = given('target')
  const known = tensors.get('input.target')!.data
  const bank = new ExemplarBank(sizes.labels, exemplars, sizes.channels, tensors.get('input.exemplars')!.data.slice())
  const arriving = new Int32Array(sizes.labels)
  known.forEach((y, i) => {
    if (y === 1) arriving[i % sizes.labels]++
  })
  const kept = bank.kept(arriving, true)
  const words = given('word_features')
  const result = recognize(positionsFirst(map), words, given('adjacency'), settings.graph_steps, parameter)
  const parts = objective(
    result,
    {
      target,
      bankSum: input('bankSum', kept.sum, [sizes.labels, sizes.channels]),
      bankCount: input('bankCount', kept.count, [sizes.labels]),
      pairOrder: graph.integers(imagePairs(images).map((_, i) => i)),
      intraThreshold: graph.scalar(settings.intra_margin, 'float32'),
      interThreshold: graph.scalar(settings.inter_margin, 'float32'),
      transfer: graph.scalar(1, 'float32'),
      rise: graph.scalar(1, 'float32'),
    },
    parameter,
    { repairs: noRepairs },
  )
  const slopes = gradients(parts.total, [map, ...graph.parameters.map(({ value }) => value)])
  const outputs: Record<string, Value | undefined> = {
    'output.logits': result.logits,
    'output.semantic_features': result.features,
    'output.cooccurrence_logits': parts.cooccurrenceLogits,
    'output.intra_target': parts.intraTargets,
    'output.inter_target': parts.interTargets,
    'loss.total': parts.total,
    'loss.known': parts.known,
    'loss.intra_pseudo': parts.intraPseudo,
    'loss.inter_pseudo': parts.interPseudo,
    'loss.intra_cooccurrence': parts.cooccurrence,
    'loss.inter_distance': parts.distance,
    'grad.feature_map': slopes[0],
    ...Object.fromEntries(graph.parameters.map(({ name }, i) => [`grad.${name}`, slopes[i + 1]])),
  }
  for (const [name, value] of Object.entries(outputs)) if (value) graph.output(name, value)
  const state = adam(graph, parts.total, { decay: 'l2', weightDecay: () => settings.weight_decay })
  for (const { name, shape, initial } of state) feeds[name] = tensorOf('float32', initial, shape)
  for (const [name, value] of Object.entries(stepScalars(1, settings.lr))) {
    feeds[name] = tensorOf('float32', Float32Array.of(value), [])
  }
  const session = await Session.open(onnxModel(graph))
  try {
    // The model lacks inputs that no output needs.
    const results = await session.run(Object.fromEntries(session.inputs.map(({ name }) => [name, feeds[name]])))
    const computed = new Map<string, Float32Array>()
    for (const name of Object.keys(outputs)) if (results[name]) computed.set(name, results[name].data as Float32Array)
    for (const name of fixture.parameters) computed.set(`adam.${name}`, results[`next:${name}`].data as Float32Array)
    // The banks are compared exactly, so ours is given the same features as the reference's.
    bank.push(tensors.get('output.semantic_features')!.data, known)
    return computed.set('output.exemplars', bank.features)
  } finally {
    await session.close()
  }
}
