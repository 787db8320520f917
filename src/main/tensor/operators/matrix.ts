import { broadcastShapes, type Value } from '../graph/graph.ts'
import { add } from './elementwise.ts'
import { reshape, transpose } from './layout.ts'
import { sumTo } from './reduction.ts'

/**
 * Matrix product over the last two axes, [… n, k] · [… k, m] → [… n, m]; the axes before them broadcast. Both need rank ≥ 2.
 */
export function matmul(a: Value, b: Value): Value {
  if (a.rank < 2 || b.rank < 2 || a.shape.at(-1) !== b.shape.at(-2)) {
    throw new Error(`matmul: [${a.shape}] · [${b.shape}]`)
  }
  const shape = [...broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2)), a.shape.at(-2)!, b.shape.at(-1)!]
  return a.graph.append('MatMul', [a, b], a.type, shape, {}, (dy) => [
    sumTo(matmul(dy, transpose(b)), a.shape),
    weightGradient(a, b, dy),
  ])
}

/** ∂/∂b. If one weight matrix serves all leading axes of `a`, one flat product replaces a batch of products and a sum. */
function weightGradient(a: Value, b: Value, dy: Value): Value {
  if (b.rank !== 2 || a.rank === 2) return sumTo(matmul(transpose(a), dy), b.shape)
  const rows = a.shape.slice(0, -1).reduce<number>((product, _, axis) => product * a.size(axis), 1)
  return matmul(transpose(reshape(a, [rows, a.size(-1)])), reshape(dy, [rows, dy.size(-1)]))
}

/** x Wᵀ + b: x [… in], weight [out, in], bias [out]. Weights are stored [out, in], as METHOD writes them. */
export function linear(x: Value, weight: Value, bias?: Value): Value {
  const product = matmul(x, transpose(weight))
  return bias ? add(product, bias) : product
}
