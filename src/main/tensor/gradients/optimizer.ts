import { elements, type Graph, type Parameter, type Value } from '../graph/graph.ts'
import { add, div, mul, sqrt, square, sub } from '../operators/elementwise.ts'
import { concat, reshape, split } from '../operators/layout.ts'
import { gradients } from './gradients.ts'

export interface AdamOptions {
  /**
   * `decoupled`: as in AdamW (Loshchilov & Hutter), the decay shrinks the parameter separately from the step. `l2`: the decay is
   * part of the gradient, as in the published training (METHOD 1).
   */
  decay?: 'decoupled' | 'l2'
  /** Weight decay of a parameter; 0 for none. */
  weightDecay?: (parameter: Parameter) => number
}

/** Names of the scalar inputs, which change from step to step. */
const stepInputs = { learningRate: 'learningRate', stepSize: 'stepSize', floor: 'floor' } as const

/** A tensor that an optimiser step updates: the input `name` becomes the output `next`. */
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
 * with the bias corrections c1 = 1/(1-β1ᵗ), c2 = 1/(1-β2ᵗ). Every operator is a pass over all parameters. To save some, the
 * moments are kept as m / (1-β1) and v / (1-β2), and all factors that don't depend on the entry go into two scalars
 * (`stepScalars`):
 *
 *     p ← p - stepSize · m / (√v + floor)
 * @returns the tensors it updates: each parameter, and the moments of each group of parameters
 */
export function adam(graph: Graph, loss: Value, options: AdamOptions = {}): StateTensor[] {
  const { decay = 'decoupled', weightDecay = () => 0 } = options
  const learningRate = graph.input(stepInputs.learningRate, 'float32', [])
  const stepSize = graph.input(stepInputs.stepSize, 'float32', [])
  const floor = graph.input(stepInputs.floor, 'float32', [])
  const parameters = [...graph.parameters]
  const values = parameters.map((parameter) => parameter.value)
  const slopeOf = new Map(gradients(loss, values).map((slope, i) => [parameters[i], slope]))
  return groupsOf(parameters, weightDecay).flatMap(({ members, decay: wd, entries }, group) => {
    const value = flat(members.map((member) => member.value))
    const raw = flat(members.map((member) => slopeOf.get(member)!))
    const slope = wd > 0 && decay === 'l2' ? add(raw, mul(value, wd)) : raw
    const first = graph.input(`first:${group}`, 'float32', [entries])
    const second = graph.input(`second:${group}`, 'float32', [entries])
    const nextFirst = add(mul(first, beta1), slope)
    const nextSecond = add(mul(second, beta2), square(slope))
    const step = mul(div(nextFirst, add(sqrt(nextSecond), floor)), stepSize)
    const kept = wd > 0 && decay === 'decoupled' ? mul(value, sub(1, mul(learningRate, wd))) : value
    const sizes = members.map((member) => member.data.length)
    const next = split(sub(kept, step), 0, sizes)
    members.forEach(({ name, shape }, i) => {
      graph.output(`next:${name}`, reshape(next[i], shape))
    })
    graph.output(`next:first:${group}`, nextFirst)
    graph.output(`next:second:${group}`, nextSecond)
    const moment = (name: string): StateTensor => ({
      ...{ name, next: `next:${name}`, shape: [entries] },
      initial: new Float32Array(entries),
    })
    return [
      ...members.map(({ name, shape, data }) => ({ name, next: `next:${name}`, shape, initial: data })),
      moment(`first:${group}`),
      moment(`second:${group}`),
    ]
  })
}

/** The most entries updated together: they should stay in a core's cache from one operator to the next. */
const groupEntries = 1 << 18

interface Group {
  members: Parameter[]
  decay: number
  entries: number
}

/** Groups small parameters, of which a network has many: every operator has a fixed cost, so they are updated together. */
function groupsOf(parameters: readonly Parameter[], weightDecay: (parameter: Parameter) => number): Group[] {
  const groups: Group[] = []
  for (const parameter of parameters) {
    const decay = weightDecay(parameter)
    const { length } = parameter.data
    const group = groups.find((one) => one.decay === decay && one.entries + length <= groupEntries)
    if (group) {
      group.members.push(parameter)
      group.entries += length
    } else groups.push({ members: [parameter], decay, entries: length })
  }
  return groups
}

/** Concatenates all entries. */
function flat(values: readonly Value[]): Value {
  const lists = values.map((value) => reshape(value, [elements(value.shape)]))
  return lists.length === 1 ? lists[0] : concat(lists, 0)
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
