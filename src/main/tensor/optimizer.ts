import { add, div, mul, sqrt, square, sub } from './elementwise.ts'
import { gradients } from './gradients.ts'
import type { Graph, Parameter, Value } from './graph.ts'

export interface AdamOptions {
  /**
   * `decoupled`: AdamW (Loshchilov & Hutter), the decay shrinks the parameter beside the step. `l2`: the decay is part of the
   * gradient, as in the published training (METHOD 1).
   */
  decay?: 'decoupled' | 'l2'
  /** Weight decay of a parameter; 0 for none. */
  weightDecay?: (parameter: Parameter) => number
}

/** Names of the scalars that a step is fed with: they change from step to step. */
const stepInputs = { learningRate: 'learningRate', stepSize: 'stepSize', floor: 'floor' } as const

/** What one optimiser step turns into what: fed under `name`, given out under `next`. */
export interface StateTensor {
  name: string
  next: string
  shape: readonly number[]
  initial: Float32Array
}

/**
 * Appends one Adam step on every parameter of the graph:
 *
 *     m ← β1 m + (1-β1) g      v ← β2 v + (1-β2) g²      p ← p - lr · m c1 / (√(v c2) + ε) [- lr · decay · p]
 *
 * with the bias corrections c1 = 1/(1-β1ᵗ), c2 = 1/(1-β2ᵗ). Every operator is a pass over all parameters, so the moments are
 * kept as m / (1-β1) and v / (1-β2), and what is the same for all entries goes into two scalars (`stepScalars`):
 *
 *     p ← p - stepSize · m / (√v + floor)
 * @returns the tensors that go round: each parameter and its two moments
 */
export function adam(graph: Graph, loss: Value, options: AdamOptions = {}): StateTensor[] {
  const { decay = 'decoupled', weightDecay = () => 0 } = options
  const learningRate = graph.input(stepInputs.learningRate, 'float32', [])
  const stepSize = graph.input(stepInputs.stepSize, 'float32', [])
  const floor = graph.input(stepInputs.floor, 'float32', [])
  const parameters = [...graph.parameters]
  const slopes = gradients(
    loss,
    parameters.map((parameter) => parameter.value),
  )
  return parameters.flatMap((parameter, i) => {
    const { name, value, shape } = parameter
    const wd = weightDecay(parameter)
    const slope = wd > 0 && decay === 'l2' ? add(slopes[i], mul(value, wd)) : slopes[i]
    const first = graph.input(`first:${name}`, 'float32', shape)
    const second = graph.input(`second:${name}`, 'float32', shape)
    const nextFirst = add(mul(first, beta1), slope)
    const nextSecond = add(mul(second, beta2), square(slope))
    const step = mul(div(nextFirst, add(sqrt(nextSecond), floor)), stepSize)
    const kept = wd > 0 && decay === 'decoupled' ? mul(value, sub(1, mul(learningRate, wd))) : value
    graph.output(`next:${name}`, sub(kept, step))
    graph.output(`next:first:${name}`, nextFirst)
    graph.output(`next:second:${name}`, nextSecond)
    return [
      { name, next: `next:${name}`, shape, initial: parameter.data },
      { name: `first:${name}`, next: `next:first:${name}`, shape, initial: new Float32Array(parameter.data.length) },
      { name: `second:${name}`, next: `next:second:${name}`, shape, initial: new Float32Array(parameter.data.length) },
    ]
  })
}

const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8]

/** The scalars of step t = 1, 2, … */
export function stepScalars(t: number, learningRate: number): Record<string, number> {
  const correction1 = (1 - beta1) / (1 - beta1 ** t)
  const correction2 = Math.sqrt((1 - beta2) / (1 - beta2 ** t))
  return {
    [stepInputs.learningRate]: learningRate,
    [stepInputs.stepSize]: (learningRate * correction1) / correction2,
    [stepInputs.floor]: epsilon / correction2,
  }
}
