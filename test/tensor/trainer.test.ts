import { expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { type AdamOptions, adam } from '../../src/main/tensor/gradients/optimizer.ts'
import { Graph } from '../../src/main/tensor/graph/graph.ts'
import { onnxModel } from '../../src/main/tensor/onnx/model.ts'
import { mul, square, sub } from '../../src/main/tensor/operators/elementwise.ts'
import { linear } from '../../src/main/tensor/operators/matrix.ts'
import { mean } from '../../src/main/tensor/operators/reduction.ts'
import { Session, tensorOf } from '../../src/main/tensor/run/session.ts'
import { Trainer } from '../../src/main/tensor/run/trainer.ts'

/** Adam on a list of numbers, as its authors write it. */
function adamByHand(p: number[], slopes: number[][], rate: number, wd: number, decay: 'decoupled' | 'l2'): number[] {
  const m = p.map(() => 0)
  const v = p.map(() => 0)
  const now = [...p]
  slopes.forEach((slope, t) => {
    for (let i = 0; i < now.length; i++) {
      const g = slope[i] + (decay === 'l2' ? wd * now[i] : 0)
      m[i] = 0.9 * m[i] + 0.1 * g
      v[i] = 0.999 * v[i] + 0.001 * g * g
      const corrected = m[i] / (1 - 0.9 ** (t + 1)) / (Math.sqrt(v[i] / (1 - 0.999 ** (t + 1))) + 1e-8)
      now[i] -= rate * corrected + (decay === 'decoupled' ? rate * wd * now[i] : 0)
    }
  })
  return now
}

for (const decay of ['decoupled', 'l2'] as const) {
  test(`three steps of Adam, decay ${decay}, are those of the paper`, async () => {
    const options: AdamOptions = { decay, weightDecay: () => 0.1 }
    const graph = new Graph()
    const p = graph.parameter('p', [3], Float32Array.of(1, -2, 0.5))
    const slope = graph.input('slope', 'float32', [3])
    // ∂/∂p of mean(3 · slope · p) is slope.
    const state = adam(graph, mul(mean(mul(p, slope)), 3), options)
    const trainer = await Trainer.open(graph, state)
    const slopes = [
      [0.3, -0.1, 2],
      [0.2, 0.4, -1],
      [-0.5, 0.1, 0.7],
    ]
    for (const s of slopes) await trainer.step({ slope: tensorOf('float32', Float32Array.from(s), [3]) }, 0.01)
    const got = (await trainer.parameters()).get('p')!
    await trainer.close()
    adamByHand([1, -2, 0.5], slopes, 0.01, 0.1, decay).forEach((value, i) => {
      expect(got[i]).toBeCloseTo(value, 5)
    })
  })
}

/** A linear map to be learnt: the same lines make the training graph and the model for inference. */
function learner(graph: Graph, start: Map<string, Float32Array>, rows: number | string) {
  const x = graph.input('x', 'float32', [rows, 4])
  const weight = graph.parameter('weight', [2, 4], start.get('weight')!)
  const bias = graph.parameter('bias', [2], start.get('bias')!)
  return { x, y: linear(x, weight, bias) }
}

test('a model is trained, then run with its parameters as constants on any number of rows', async () => {
  const random = new RandomState(1)
  const truth = Array.from({ length: 8 }, () => random.normal())
  const start = new Map([
    ['weight', new Float32Array(8)],
    ['bias', new Float32Array(2)],
  ])
  const graph = new Graph()
  const { y } = learner(graph, start, 16)
  const target = graph.input('target', 'float32', [16, 2])
  const loss = mean(square(sub(y, target)))
  graph.output('loss', loss)
  const trainer = await Trainer.open(graph, adam(graph, loss))
  const losses: number[] = []
  for (let i = 0; i < 300; i++) {
    const x = Float32Array.from({ length: 64 }, () => random.normal())
    const wanted = Float32Array.from({ length: 32 }, (_, at) => {
      const row = at >> 1
      return truth.slice((at & 1) * 4, (at & 1) * 4 + 4).reduce((sum, w, k) => sum + w * x[row * 4 + k], 0) + 0.5
    })
    const step = await trainer.step(
      { x: tensorOf('float32', x, [16, 4]), target: tensorOf('float32', wanted, [16, 2]) },
      0.05,
    )
    losses.push(step.loss[0])
  }
  const learnt = await trainer.parameters()
  await trainer.close()
  expect(losses.at(-1)!).toBeLessThan(losses[0] / 1000)

  const inference = new Graph('constants')
  inference.output('y', learner(inference, learnt, 'rows').y)
  const session = await Session.open(onnxModel(inference))
  const { y: out } = await session.run({
    x: tensorOf('float32', Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0), [3, 4]),
  })
  await session.close()
  const expected = [truth[0] + 0.5, truth[4] + 0.5, truth[1] + 0.5, truth[5] + 0.5, 0.5, 0.5]
  expect(out.dims).toEqual([3, 2])
  expected.forEach((value, i) => {
    expect((out.data as Float32Array)[i]).toBeCloseTo(value, 1)
  })
})

test('goes on from a state that was read, bit for bit', async () => {
  const open = () => {
    const graph = new Graph()
    const p = graph.parameter('p', [3], Float32Array.of(1, -2, 0.5))
    const loss = mean(square(mul(p, graph.input('slope', 'float32', [3]))))
    return Trainer.open(graph, adam(graph, loss, { weightDecay: () => 0.1 }))
  }
  const some = async (trainer: Trainer) => {
    for (let i = 0; i < 3; i++) {
      await trainer.step({ slope: tensorOf('float32', Float32Array.of(0.3, -1, i), [3]) }, 0.01)
    }
  }
  const whole = await open()
  await some(whole)
  const state = structuredClone(await whole.state())
  expect([state.steps, [...state.tensors.keys()]]).toEqual([3, ['p', 'first:0', 'second:0']])
  await some(whole)
  const again = await open()
  again.restore(state)
  await some(again)
  expect(await again.state()).toEqual(await whole.state())
  expect(() => again.restore({ steps: 1, tensors: new Map([['p', new Float32Array(2)]]) })).toThrow('p is not')
  await whole.close()
  await again.close()
})

test('a model that ONNX Runtime can’t load is a sentence', async () => {
  await expect(Session.open(new Uint8Array([1, 2, 3]))).rejects.toMatchObject({
    name: 'UserError',
    code: 'model-unreadable',
  })
})
