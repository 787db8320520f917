/** Operators that reduce over axes. Axes are counted from the front, or from the end when negative. */

import { type Dimension, elements, positiveAxis, type Shape, sameShape, type Value } from '../graph/graph.ts'
import { cast, div, equal, exp, mul, sub } from './elementwise.ts'
import { expand, reshape } from './layout.ts'

function reducedShape(x: Value, axes: readonly number[], keep: boolean): Dimension[] {
  return x.shape
    .map((size, axis) => (axes.includes(axis) ? 1 : size))
    .filter((_, axis) => keep || !axes.includes(axis)) as Dimension[]
}

function allAxes(x: Value): number[] {
  return x.shape.map((_, axis) => axis)
}

/** Σ over the axes, by default all. */
export function sum(x: Value, axes: readonly number[] = allAxes(x), keep = false): Value {
  const over = axes.map((axis) => positiveAxis(axis, x.rank))
  if (over.length === 0) return x
  // ReduceSum takes its axes as an input, unlike the other reductions of this opset.
  return x.graph.append(
    'ReduceSum',
    [x, x.graph.integers(over)],
    x.type,
    reducedShape(x, over, keep),
    { keepdims: { int: keep ? 1 : 0 } },
    (dy) => [expand(keep ? dy : reshape(dy, reducedShape(x, over, true)), x.shape)],
  )
}

/** The mean over the axes, whose sizes must be fixed. */
export function mean(x: Value, axes: readonly number[] = allAxes(x), keep = false): Value {
  const count = elements(axes.map((axis) => x.shape[positiveAxis(axis, x.rank)]))
  return mul(sum(x, axes, keep), 1 / count)
}

/** The largest entry over the axes; ties share the gradient equally. */
export function max(x: Value, axes: readonly number[] = allAxes(x), keep = false): Value {
  const over = axes.map((axis) => positiveAxis(axis, x.rank))
  const kept = x.graph.append(
    'ReduceMax',
    [x],
    x.type,
    reducedShape(x, over, true),
    { axes: { ints: over }, keepdims: { int: 1 } },
    (dy) => {
      const winners = cast(equal(x, kept), x.type)
      return [mul(winners, div(dy, sum(winners, over, true)))]
    },
  )
  return keep ? kept : reshape(kept, reducedShape(x, over, false))
}

/** Softmax over one axis. */
export function softmax(x: Value, axis = -1): Value {
  const over = positiveAxis(axis, x.rank)
  const y: Value = x.graph.append('Softmax', [x], x.type, x.shape, { axis: { int: over } }, (dy) => {
    const weighted = mul(dy, y)
    return [sub(weighted, mul(y, sum(weighted, [over], true)))]
  })
  return y
}

/** Logarithm of the softmax over one axis. */
export function logSoftmax(x: Value, axis = -1): Value {
  const over = positiveAxis(axis, x.rank)
  const y: Value = x.graph.append('LogSoftmax', [x], x.type, x.shape, { axis: { int: over } }, (dy) => [
    sub(dy, mul(exp(y), sum(dy, [over], true))),
  ])
  return y
}

/** The k largest entries along the last axis, in descending order; passes no gradient. */
export function largest(x: Value, k: number): Value {
  return largestWithPlaces(x, k).values
}

/** The same, with their indices along that axis (int64). */
export function largestWithPlaces(x: Value, k: number): { values: Value; places: Value } {
  const shape = [...x.shape.slice(0, -1), k]
  const results = [
    { type: x.type, shape },
    { type: 'int64' as const, shape },
  ]
  const [values, places] = x.graph.appendMany('TopK', [x, x.graph.integers([k])], results)
  return { values, places }
}

/** Running sums along one axis; `reverse` from the end. */
export function cumulativeSum(x: Value, axis: number, reverse = false): Value {
  const at = x.graph.scalar(positiveAxis(axis, x.rank), 'int64')
  return x.graph.append('CumSum', [x, at], x.type, x.shape, { reverse: { int: reverse ? 1 : 0 } }, (dy) => [
    cumulativeSum(dy, axis, !reverse),
  ])
}

/** Sums over the axes that were broadcast, to get back to a shape. */
export function sumTo(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x
  const added = x.rank - shape.length
  const axes = allAxes(x).filter((axis) => axis < added || (shape[axis - added] === 1 && x.shape[axis] !== 1))
  return reshape(sum(x, axes, false), shape)
}
