import type { NodeMessage, TensorMessage } from '../../tensor/onnx/format.ts'
import { floatsOf } from '../../tensor/onnx/numbers.ts'
import { readWhatFits } from '../../tensor/onnx/whole.ts'
import type { Backbone } from '../backbone.ts'
import { pooledNames } from './outputs.ts'

/**
 * The classes that a backbone was trained on, as a linear map of its pooled vector: scores = x·weights + biases. Their scores at
 * each grid position help a lot when few labels are known.
 */
export interface Classifier {
  /** M */
  classes: number
  /** [D, M] row-major */
  weights: Float32Array
  /** [M] */
  biases: Float32Array
}

/** More classes than this cost more than they help. */
const mostClasses = 4096

/** Operators that don't change the numbers of a pooled vector. */
const unchanged = new Set(['Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Identity', 'Dropout'])
/** The mean over all positions; the weights' sizes show that it covers exactly those. */
const means = new Set(['GlobalAveragePool', 'ReduceMean'])

/**
 * Reads the last layer of a backbone that also outputs class scores. The layer must be plainly linear in the same vector that
 * is stored for an image, and its weights must be in the file itself.
 * @returns undefined if there is none
 */
export async function readClassifier(backbone: Backbone): Promise<Classifier | undefined> {
  const { outputs, pooled, makers, weights } = await headOf(backbone)
  if (pooled === undefined) return undefined
  for (const name of outputs) {
    // An embedding space isn't a list of classes.
    if (pooledNames.test(name)) continue
    const found = linearFrom(name, pooled, makers, weights, backbone.dimension)
    if (found && found.classes > 1 && found.classes <= mostClasses) return found
  }
  return undefined
}

/** A linear map from the pooled vector to another space; null if the pooled vector is already in it. */
export type Projection = Classifier | null

/**
 * The projection from an image's stored vector to the space shared with texts.
 * @param output the model's output in that space; if left out, the one of that width
 * @param width of the space
 * @returns undefined if there is no plainly linear one
 */
export async function readProjection(
  backbone: Backbone,
  output: string | undefined,
  width: number,
): Promise<Projection | undefined> {
  const { outputs, pooled, makers, weights } = await headOf(backbone)
  if (pooled === undefined) return undefined
  const named =
    output === undefined
      ? outputs.toSorted((a, b) => Number(pooledNames.test(b)) - Number(pooledNames.test(a)))
      : [output]
  for (const name of named) {
    const before = beforeNorm(name, makers, weights)
    const isThere = [name, before].some((one) => origin(one, makers) === pooled)
    if (isThere && backbone.dimension === width) return null
    const found = linearFrom(before, pooled, makers, weights, backbone.dimension)
    if (found?.classes === width) return found
  }
  return undefined
}

/** The value before a final L2 normalisation, which doesn't change angles. */
function beforeNorm(name: string, makers: Makers, weights: ReadonlyMap<string, TensorMessage>): string {
  const maker = makers.get(name)
  if (maker?.op_type === 'LpNormalization') return maker.input[0]
  return maker?.op_type === 'Div' && !weights.has(maker.input[1]) ? maker.input[0] : name
}

/** The end of a model, read backwards from its outputs. */
async function headOf(backbone: Backbone) {
  const { graph } = await readWhatFits(backbone.whole ?? backbone.file)
  const makers: Makers = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)))
  const stored = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]))
  // Weights that are stored as float16 are cast before they are used.
  const cast = graph.node.flatMap(({ op_type, input, output }) => {
    const tensor = op_type === 'Cast' ? stored.get(input[0]) : undefined
    return tensor ? [[output[0], tensor] as const] : []
  })
  const weights = new Map([...stored, ...cast])
  return { outputs: graph.output.map(({ name }) => name), pooled: pooledName(backbone, makers), makers, weights }
}

type Makers = ReadonlyMap<string, NodeMessage>

/** Traces the pooled vector back through reshapes; a mean is identified by its input. */
function pooledName({ pooled, features }: Backbone, makers: Makers): string | undefined {
  if (pooled.from === 'output') return origin(pooled.output, makers)
  if (pooled.from === 'mean' && features) return `mean of ${origin(features.output, makers)}`
  return undefined
}

function origin(name: string, makers: Makers): string {
  const maker = makers.get(name)
  if (!maker) return name
  if (unchanged.has(maker.op_type)) return origin(maker.input[0], makers)
  if (means.has(maker.op_type)) return `mean of ${origin(maker.input[0], makers)}`
  return name
}

function linearFrom(
  output: string,
  pooled: string,
  makers: Makers,
  weights: ReadonlyMap<string, TensorMessage>,
  dimension: number,
): Classifier | undefined {
  let maker = makers.get(output)
  let biases: Float32Array | undefined
  while (maker && (unchanged.has(maker.op_type) || maker.op_type === 'Softmax' || maker.op_type === 'Add')) {
    if (maker.op_type === 'Add') {
      const constant = maker.input.find((name) => weights.has(name))
      if (constant === undefined || biases) return undefined
      biases = floatsOf(weights.get(constant)!)
      maker = makers.get(maker.input.find((name) => name !== constant) ?? '')
    } else maker = makers.get(maker.input[0])
  }
  if (!maker || origin(maker.input[0], makers) !== pooled) return undefined
  const matrix = weights.get(maker.input[1] ?? '')
  const values = matrix && floatsOf(matrix)
  if (!matrix || !values || values.length % dimension !== 0) return undefined
  const classes = values.length / dimension
  const rows = Number(matrix.dims[0])
  const bias = weights.get(maker.input[2] ?? '')
  if (bias) biases = floatsOf(bias)
  if (biases && biases.length !== classes) return undefined
  const own = { classes, biases: biases ?? new Float32Array(classes) }
  switch (maker.op_type) {
    case 'Conv':
      return rows === classes ? { ...own, weights: transposed(values, classes, dimension) } : undefined
    case 'MatMul':
      return rows === dimension ? { ...own, weights: values } : undefined
    case 'Gemm': {
      if (numberOf(maker, 'alpha', 1) !== 1 || numberOf(maker, 'beta', 1) !== 1) return undefined
      if (integerOf(maker, 'transA') !== 0) return undefined
      const byClass = integerOf(maker, 'transB') === 1
      if (rows !== (byClass ? classes : dimension)) return undefined
      return { ...own, weights: byClass ? transposed(values, classes, dimension) : values }
    }
    default:
      return undefined
  }
}

function numberOf({ attribute }: NodeMessage, name: string, otherwise: number): number {
  const found = attribute?.find((one) => one.name === name)
  return found ? (found.f ?? 0) : otherwise
}

function integerOf({ attribute }: NodeMessage, name: string): number {
  return Number(attribute?.find((one) => one.name === name)?.i ?? 0)
}

/** [rows, columns] → [columns, rows] */
function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(matrix.length)
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = matrix[i * columns + j]
  return result
}
