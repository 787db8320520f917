/** Operators that rearrange entries. */

import {
  broadcastShapes,
  type Dimension,
  elements,
  positiveAxis,
  type Shape,
  sameShape,
  type Value,
  zeros,
} from '../graph/graph.ts'
import { cast, equal } from './elementwise.ts'
import { matmul } from './matrix.ts'
import { sumTo } from './reduction.ts'

/** The same entries in another shape; one size may be known only at run time. */
export function reshape(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x
  const open = shape.filter((size) => typeof size !== 'number')
  if (open.length > 1) throw new Error(`reshape to [${shape}]: more than one size is not fixed`)
  if (open.length === 0 && elements(x.shape) !== elements(shape)) throw new Error(`reshape: [${x.shape}] to [${shape}]`)
  const target = x.graph.integers(shape.map((size) => (typeof size === 'number' ? size : -1)))
  return x.graph.append('Reshape', [x, target], x.type, shape, {}, (dy) => [reshape(dy, x.shape)])
}

/** Repeats along axes of size 1 (numpy's broadcast_to). */
export function expand(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x
  if (!sameShape(broadcastShapes(x.shape, shape), shape)) throw new Error(`expand: [${x.shape}] to [${shape}]`)
  // An axis whose size is known only at run time must already have it in x: 1 leaves it as it is.
  const target = shape.map((size) => (typeof size === 'number' ? size : 1))
  return x.graph.append('Expand', [x, x.graph.integers(target)], x.type, shape, {}, (dy) => [sumTo(dy, x.shape)])
}

/** Axes in another order; without an order, the last two are swapped. */
export function transpose(x: Value, order?: readonly number[]): Value {
  const axes = order ?? x.shape.map((_, axis) => (axis < x.rank - 2 ? axis : 2 * x.rank - 3 - axis))
  const back = axes.map((_, axis) => axes.indexOf(axis))
  const shape = axes.map((axis) => x.shape[axis])
  return x.graph.append('Transpose', [x], x.type, shape, { perm: { ints: axes } }, (dy) => [transpose(dy, back)])
}

/** Joins along one axis. */
export function concat(parts: readonly Value[], axis: number): Value {
  const at = positiveAxis(axis, parts[0].rank)
  const shape: Dimension[] = [...parts[0].shape]
  shape[at] = parts.reduce((total, part) => total + part.size(at), 0)
  const sizes = parts.map((part) => part.size(at))
  return parts[0].graph.append('Concat', parts, parts[0].type, shape, { axis: { int: at } }, (dy) =>
    split(dy, at, sizes),
  )
}

/** Entries start … end-1 along one axis. */
export function slice(x: Value, axis: number, start: number, end: number): Value {
  const at = positiveAxis(axis, x.rank)
  const size = x.size(at)
  if (start < 0 || end > size || start >= end) throw new Error(`slice ${start}…${end} of ${size}`)
  if (start === 0 && end === size) return x
  const graph = x.graph
  const shape = x.shape.map((old, i) => (i === at ? end - start : old))
  const inputs = [x, graph.integers([start]), graph.integers([end]), graph.integers([at])]
  return graph.append('Slice', inputs, x.type, shape, {}, (dy) => [pad(dy, at, start, size - end)])
}

/** Reverses the order along one axis. */
export function reverse(x: Value, axis: number): Value {
  const at = positiveAxis(axis, x.rank)
  const { graph } = x
  const inputs = [
    x,
    graph.integers([-1]),
    graph.integers([-x.size(at) - 1]),
    graph.integers([at]),
    graph.integers([-1]),
  ]
  return graph.append('Slice', inputs, x.type, x.shape, {}, (dy) => [reverse(dy, at)])
}

/** Outputs of one operator: together with its input, they must not exceed the 8 buffers that WebGPU guarantees a shader. */
const maxOutputs = 7

/** Splits along one axis into parts of these sizes. */
export function split(x: Value, axis: number, sizes: readonly number[]): Value[] {
  const at = positiveAxis(axis, x.rank)
  const total = sum(sizes)
  if (total !== x.size(at)) throw new Error(`split: [${sizes}] of ${x.size(at)}`)
  if (sizes.length === 1) return [x]
  if (sizes.length > maxOutputs) {
    const each = Math.ceil(sizes.length / maxOutputs)
    const runs = Array.from({ length: Math.ceil(sizes.length / each) }, (_, i) => sizes.slice(i * each, (i + 1) * each))
    return split(x, at, runs.map(sum)).flatMap((part, i) => split(part, at, runs[i]))
  }
  const results = sizes.map((size) => ({ type: x.type, shape: x.shape.map((old, i) => (i === at ? size : old)) }))
  const parts: Value[] = x.graph.appendMany(
    'Split',
    [x, x.graph.integers(sizes)],
    results,
    { axis: { int: at } },
    (...slopes) => [
      concat(
        parts.map((part, i) => slopes[i] ?? zeros(part)),
        at,
      ),
    ],
  )
  return parts
}

const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0)

/** Zeros before and after along one axis. */
export function pad(x: Value, axis: number, before: number, after: number): Value {
  const at = positiveAxis(axis, x.rank)
  const size = x.size(at)
  const widths = Array.from({ length: 2 * x.rank }, (_, i) => (i === at ? before : i === x.rank + at ? after : 0))
  const shape = x.shape.map((old, i) => (i === at ? size + before + after : old))
  return x.graph.append('Pad', [x, x.graph.integers(widths)], x.type, shape, {}, (dy) => [
    slice(dy, at, before, before + size),
  ])
}

/** Selects rows of x [R, …] by index: indices [I…] (int64) → [I…, …]. */
export function gather(x: Value, indices: Value): Value {
  const rows = x.size(0)
  const rest = x.shape.slice(1)
  return x.graph.append('Gather', [x, indices], x.type, [...indices.shape, ...rest], { axis: { int: 0 } }, (dy) => {
    // A product with a one-hot matrix, as scatter-add is missing or slow on some devices.
    const count = elements(indices.shape)
    const numbers = x.graph.constant(
      'int64',
      BigInt64Array.from({ length: rows }, (_, i) => BigInt(i)),
      [rows, 1],
    )
    const oneHot = cast(equal(numbers, reshape(indices, [1, count])), x.type)
    const width = elements(rest)
    return [reshape(matmul(oneHot, reshape(dy, [count, width])), x.shape)]
  })
}
