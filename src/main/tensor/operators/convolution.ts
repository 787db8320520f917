/**
 * Convolution and pooling over maps [B, channels, H, W]. The forward pass takes batches of any size; a gradient needs a fixed size.
 */
import type { Dimension, Value } from '../graph/graph.ts'
import { concat, pad, reshape, transpose } from './layout.ts'
import { matmul } from './matrix.ts'
import { mean, sum } from './reduction.ts'

export interface ConvolutionOptions {
  /** Vertical, horizontal */
  strides?: readonly [number, number]
  /** Zeros around the map: top, left, bottom, right. */
  pads?: readonly [number, number, number, number]
  /** The number of groups of channels that are convolved separately; with as many as channels, depthwise. */
  groups?: number
}

/**
 * y[b,o,p] = bias[o] + Σ over c, k of w[o,c,k] x[b,c, s·p + k - pad]: x [B, C, H, W], w [O, C / groups, kH, kW], bias [O].
 * @throws if the shapes don't fit
 */
export function convolution(x: Value, weight: Value, bias?: Value, options: ConvolutionOptions = {}): Value {
  const { strides = [1, 1], pads = [0, 0, 0, 0], groups = 1 } = options
  const [out, , ...kernel] = weight.shape.map((_, axis) => weight.size(axis))
  if (x.rank !== 4 || weight.rank !== 4 || x.size(1) !== weight.size(1) * groups || out % groups !== 0) {
    throw new Error(`convolution: [${x.shape}] by [${weight.shape}] in ${groups} groups`)
  }
  const padded = [x.size(2) + pads[0] + pads[2], x.size(3) + pads[1] + pads[3]]
  const size = padded.map((length, axis) => Math.floor((length - kernel[axis]) / strides[axis]) + 1)
  const shape: Dimension[] = [x.shape[0], out, ...size]
  const attributes = { strides: { ints: strides }, pads: { ints: pads }, group: { int: groups } }
  const all = { strides, pads, groups }
  return x.graph.append('Conv', bias ? [x, weight, bias] : [x, weight], x.type, shape, attributes, (dy) => [
    inputGradient(x, weight, dy, all),
    weightGradient(x, weight, dy, all),
    ...(bias ? [sum(dy, [0, 2, 3])] : []),
  ])
}

/** ∂/∂x: the transposed convolution of dy, padded at the bottom and right edges where strides left entries over. */
function inputGradient(x: Value, weight: Value, dy: Value, options: Required<ConvolutionOptions>): Value {
  const { strides, pads, groups } = options
  const over = [0, 1].map((axis) => {
    const covered = (dy.size(2 + axis) - 1) * strides[axis] + weight.size(2 + axis)
    return x.size(2 + axis) + pads[axis] + pads[2 + axis] - covered
  })
  const attributes = {
    strides: { ints: strides },
    pads: { ints: pads },
    group: { int: groups },
    output_padding: { ints: over },
  }
  return x.graph.append('ConvTranspose', [dy, weight], x.type, x.shape, attributes)
}

/**
 * ∂/∂w[o,c,k] = Σ over b, p of dy[b,o,p] x[b,c, s·p + k - pad]: one product for each position of the kernel, over all images at
 * once. A convolution of x with dy would do as well, but ONNX Runtime is slow if the kernel is as large as the map.
 */
function weightGradient(x: Value, weight: Value, dy: Value, options: Required<ConvolutionOptions>): Value {
  const { strides, pads, groups } = options
  const [images, channels, out] = [x.size(0), x.size(1), weight.size(0)]
  const [rows, columns] = [dy.size(2), dy.size(3)]
  const positions = images * rows * columns
  const padded = pad(pad(transpose(x, [1, 0, 2, 3]), 2, pads[0], pads[2]), 3, pads[1], pads[3])
  const slopes = reshape(transpose(dy, [1, 0, 2, 3]), [groups, out / groups, positions])
  const parts: Value[] = []
  for (let top = 0; top < weight.size(2); top++) {
    for (let left = 0; left < weight.size(3); left++) {
      const seen = window(padded, [top, left], strides, [rows, columns])
      const inputs = reshape(seen, [groups, channels / groups, positions])
      parts.push(reshape(matmul(slopes, transpose(inputs)), [out, channels / groups, 1]))
    }
  }
  return reshape(concat(parts, 2), weight.shape)
}

/** Every stride-th entry of the last two axes, from a first one on. */
function window(
  x: Value,
  first: readonly [number, number],
  strides: readonly [number, number],
  size: readonly [number, number],
): Value {
  const isWhole = strides.every((stride) => stride === 1) && size.every((length, axis) => length === x.size(2 + axis))
  if (isWhole) return x
  const { graph } = x
  const last = first.map((start, axis) => start + (size[axis] - 1) * strides[axis] + 1)
  const lists = [first, last, [2, 3], strides].map((list) => graph.integers(list))
  return graph.append('Slice', [x, ...lists], x.type, [...x.shape.slice(0, 2), ...size])
}

/** The mean over the positions of each channel, [B, C, 1, 1]. */
export function globalAveragePool(x: Value): Value {
  return mean(x, [2, 3], true)
}

/**
 * The mean over windows. Padding counts as zeros.
 * @param kernel height and width of the window
 */
export function averagePool(
  x: Value,
  kernel: readonly [number, number],
  options: Omit<ConvolutionOptions, 'groups'> = {},
): Value {
  const channels = x.size(1)
  const share = new Float32Array(channels * kernel[0] * kernel[1]).fill(1 / (kernel[0] * kernel[1]))
  const weight = x.graph.constant('float32', share, [channels, 1, ...kernel])
  return convolution(x, weight, undefined, { ...options, groups: channels })
}
