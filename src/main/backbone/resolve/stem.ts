import type { ModelMessage, NodeMessage, TensorMessage } from '../../tensor/onnx/format.ts'
import { floatsOf } from '../../tensor/onnx/numbers.ts'
import type { Channels } from '../backbone.ts'
import { type Normalisation, normalisationOf } from '../pixels/normalisation.ts'

/** What the first nodes of a model reveal about its input. */
export interface Stem {
  layout: 'nchw' | 'nhwc' | undefined
  /** Undefined if the model doesn't normalise the pixels itself. */
  normalisation: Normalisation | undefined
}

/** Operators that change neither the values nor the channel order. */
const passing = new Set(['Cast', 'Identity', 'Clip', 'QuantizeLinear', 'DequantizeLinear', 'Pad', 'Resize'])
const arithmetic = new Set(['Add', 'Sub', 'Mul', 'Div'])

/**
 * Follows the image from the model's input to its first real layer, without running anything. Arithmetic with constants on
 * the way is the model's own normalisation, a·x + b; its numbers tell whether x ranges to 255 or to 1.
 */
export function readStem({ graph }: ModelMessage, input: string): Stem {
  const constants = constantsOf(graph)
  let value = input
  let layout: Stem['layout']
  let [scale, shift]: [Channels, Channels] = [
    [1, 1, 1],
    [0, 0, 0],
  ]
  let isTouched = false
  for (;;) {
    const users = graph.node.filter(({ op_type, input: names }) => names.includes(value) && !asksSizes.has(op_type))
    const [node] = users
    if (users.length !== 1) break
    if (node.op_type === 'Conv') layout ??= 'nchw'
    if (node.op_type === 'Transpose') {
      const order = node.attribute?.find(({ name }) => name === 'perm')?.ints?.map(Number)
      if (order?.join() !== '0,3,1,2') break
      layout = 'nhwc'
    } else if (arithmetic.has(node.op_type)) {
      const next = applied(node, value, constants, scale, shift)
      if (!next) break
      ;[scale, shift] = next
      isTouched = true
    } else if (!passing.has(node.op_type) || node.input[0] !== value) break
    value = node.output[0]
  }
  return { layout, normalisation: isTouched ? takenBy(scale, shift) : undefined }
}

const asksSizes = new Set(['Shape', 'Size'])

function constantsOf({ node, initializer }: ModelMessage['graph']): ReadonlyMap<string, TensorMessage> {
  const constants = new Map(initializer.map((tensor) => [tensor.name, tensor]))
  for (const { op_type, output, attribute } of node) {
    const tensor = op_type === 'Constant' ? attribute?.find(({ name }) => name === 'value')?.t : undefined
    if (tensor) constants.set(output[0], tensor)
  }
  return constants
}

/** a·x + b after one more node; undefined unless that is arithmetic with one number, or with one per channel. */
function applied(
  { op_type, input }: NodeMessage,
  value: string,
  constants: ReadonlyMap<string, TensorMessage>,
  scale: Channels,
  shift: Channels,
): [scale: Channels, shift: Channels] | undefined {
  const other = input.find((name) => name !== value)
  const tensor = other === undefined ? undefined : constants.get(other)
  const numbers = tensor && floatsOf(tensor)
  if (!numbers || (numbers.length !== 1 && numbers.length !== 3)) return undefined
  const c = (channel: number): number => numbers[numbers.length === 1 ? 0 : channel]
  const each = (of: (channel: number) => number): Channels => [of(0), of(1), of(2)]
  const isFirst = input[0] === value
  switch (op_type) {
    case 'Add':
      return [scale, each((i) => shift[i] + c(i))]
    case 'Sub':
      return isFirst ? [scale, each((i) => shift[i] - c(i))] : [each((i) => -scale[i]), each((i) => c(i) - shift[i])]
    case 'Mul':
      return [each((i) => scale[i] * c(i)), each((i) => shift[i] * c(i))]
    default:
      return isFirst ? [each((i) => scale[i] / c(i)), each((i) => shift[i] / c(i))] : undefined
  }
}

/** Normalised values span a few units: 1 for 0…1, 2 for -1…1, about 4.5 for ImageNet's normalisation. */
const widestSpan = 20

/** The pixel range for a model that normalises by itself: the one that gives neither tiny nor huge values. */
function takenBy(scale: Channels, shift: Channels): Normalisation | undefined {
  if (scale.every((a) => a === 1) && shift.every((b) => b === 0)) return undefined
  const zeroAt = scale.map((a, i) => -shift[i] / a)
  if (![...scale, ...zeroAt].every(Number.isFinite)) return undefined
  const spans = scale.map((a) => 255 * Math.abs(a))
  // A subtracted mean lies within the range: above 2, the range is 255.
  if (zeroAt.some((x) => x > 2) || spans.every((span) => span <= widestSpan)) return normalisationOf('bytes')
  return spans.every((span) => span >= 255 / 4) ? normalisationOf('unit') : undefined
}
