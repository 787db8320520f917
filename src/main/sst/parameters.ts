import type { RandomState } from '../base/random.ts'
import type { Graph, Value } from '../tensor/graph/graph.ts'

/** The sizes of the network (METHOD 1). */
export interface SstSizes {
  /** C */
  labels: number
  /** D: channels of the feature map */
  channels: number
  /** W: length of a label's vector */
  word: number
  /** K: width of the attention, and of the pair features u */
  hidden: number
  /** O: width of the output features */
  output: number
}

/** Initial values of the parameters, by their METHOD 1 names; weights are [out, in]. */
export type Parameters = Map<string, { shape: number[]; data: Float32Array }>

/** The shapes of all parameters, without b3 and b4, which cancel in the softmax (METHOD 2). */
export function parameterShapes({ labels, channels, word, hidden, output }: SstSizes): Record<string, number[]> {
  return {
    'decoupling.image.weight': [hidden, channels],
    'decoupling.word.weight': [hidden, word],
    'decoupling.hidden.weight': [hidden, hidden],
    'decoupling.score.weight': [1, hidden],
    ...graphShapes(channels),
    'output.weight': [output, 2 * channels],
    'output.bias': [output],
    'classifier.weight': [labels, output],
    'classifier.bias': [labels],
    ...intraShapes({ labels, channels, hidden, output }),
  }
}

/** The shapes of the label graph's parameters. @param width D */
export function graphShapes(width: number): Record<string, number[]> {
  const gate = (name: string): Record<string, number[]> => ({
    [`graph.${name}.neighbour.weight`]: [width, 2 * width],
    [`graph.${name}.neighbour.bias`]: [width],
    [`graph.${name}.self.weight`]: [width, width],
    [`graph.${name}.self.bias`]: [width],
  })
  return { ...gate('update'), ...gate('reset'), ...gate('candidate') }
}

/** The shapes of the intra-image transfer's parameters. */
export function intraShapes(sizes: Omit<SstSizes, 'word'>): Record<string, number[]> {
  const { labels, channels, hidden, output } = sizes
  const pairs = (labels * (labels - 1)) / 2
  return {
    'intra.reduce.weight': [hidden, channels],
    'intra.reduce.bias': [hidden],
    'intra.pair.weight': [output, 2 * hidden],
    'intra.pair.bias': [output],
    'intra.hidden.weight': [output, output],
    'intra.hidden.bias': [output],
    'intra.classifier.weight': [pairs, output],
    'intra.classifier.bias': [pairs],
  }
}

/** Uniform in ±1/√in, the common initialisation of linear layers. */
export function randomParameters(shapes: Record<string, number[]>, random: RandomState): Parameters {
  const parameters: Parameters = new Map()
  let width = 1
  for (const [name, shape] of Object.entries(shapes)) {
    // A bias follows its weight, and gets the same bound.
    if (shape.length === 2) width = shape[1]
    const bound = 1 / Math.sqrt(width)
    const data = Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      () => bound * (2 * random.random() - 1),
    )
    parameters.set(name, { shape, data })
  }
  return parameters
}

/** Adds the parameters to a graph. @returns looks them up by name, and throws if there is none of that name */
export function declareParameters(graph: Graph, parameters: Parameters): (name: string) => Value {
  const values = new Map<string, Value>()
  for (const [name, { shape, data }] of parameters) values.set(name, graph.parameter(name, shape, data))
  return (name) => {
    const value = values.get(name)
    if (!value) throw new Error(`There is no parameter ${name}`)
    return value
  }
}
