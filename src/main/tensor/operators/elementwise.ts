/**
 * Elementwise operators. Binary ones broadcast like numpy, and accept plain numbers as scalars. Comparisons return `bool` and
 * pass no gradient.
 */
import { broadcastShapes, type Value } from '../graph/graph.ts'
import { elementTypeNumber } from '../onnx/format.ts'
import type { ElementType } from '../run/session.ts'
import { sumTo } from './reduction.ts'

type Operand = Value | number

/** Both operands as values of one type; at least one must already be a value. */
function operands(a: Operand, b: Operand): [Value, Value] {
  if (typeof a !== 'number') return [a, typeof b === 'number' ? a.graph.scalar(b, a.type) : b]
  if (typeof b === 'number') throw new Error('One operand has to be a value of the graph')
  return [b.graph.scalar(a, b.type), b]
}

type BinaryGradient = (
  a: Value,
  b: Value,
  outputGradient: Value,
  output: Value,
) => [Value | undefined, Value | undefined]

function binary(operator: string, left: Operand, right: Operand, gradient: BinaryGradient): Value {
  const [a, b] = operands(left, right)
  if (a.type !== b.type) throw new Error(`${operator}: ${a.type} and ${b.type}`)
  const output: Value = a.graph.append(operator, [a, b], a.type, broadcastShapes(a.shape, b.shape), {}, (dy) => {
    const [da, db] = gradient(a, b, dy, output)
    return [da && sumTo(da, a.shape), db && sumTo(db, b.shape)]
  })
  return output
}

function unary(operator: string, x: Value, gradient: (x: Value, outputGradient: Value, output: Value) => Value): Value {
  const output: Value = x.graph.append(operator, [x], x.type, x.shape, {}, (dy) => [gradient(x, dy, output)])
  return output
}

export const add = (a: Operand, b: Operand): Value => binary('Add', a, b, (_a, _b, dy) => [dy, dy])
export const sub = (a: Operand, b: Operand): Value => binary('Sub', a, b, (_a, _b, dy) => [dy, neg(dy)])
export const mul = (a: Operand, b: Operand): Value => binary('Mul', a, b, (x, y, dy) => [mul(dy, y), mul(dy, x)])
export const div = (a: Operand, b: Operand): Value =>
  binary('Div', a, b, (_x, y, dy, output) => [div(dy, y), neg(div(mul(dy, output), y))])

/** The smaller entry; where both are equal the gradient goes to `a`. */
export const minimum = (a: Operand, b: Operand): Value =>
  binary('Min', a, b, (x, y, dy) => {
    const first = cast(lessOrEqual(x, y), dy.type)
    return [mul(dy, first), mul(dy, sub(1, first))]
  })

/** The larger entry; where both are equal the gradient goes to `a`. */
export const maximum = (a: Operand, b: Operand): Value =>
  binary('Max', a, b, (x, y, dy) => {
    const first = cast(greaterOrEqual(x, y), dy.type)
    return [mul(dy, first), mul(dy, sub(1, first))]
  })

/** x to a fixed power. */
export const pow = (x: Value, exponent: number): Value =>
  x.graph.append('Pow', [x, x.graph.scalar(exponent, x.type)], x.type, x.shape, {}, (dy) => [
    mul(dy, mul(exponent, pow(x, exponent - 1))),
  ])

export const neg = (x: Value): Value => unary('Neg', x, (_x, dy) => neg(dy))
export const exp = (x: Value): Value => unary('Exp', x, (_x, dy, y) => mul(dy, y))
export const log = (x: Value): Value => unary('Log', x, (_x, dy) => div(dy, x))
export const sqrt = (x: Value): Value => unary('Sqrt', x, (_x, dy, y) => div(mul(dy, 0.5), y))
export const abs = (x: Value): Value => unary('Abs', x, (_x, dy) => mul(dy, sign(x)))
export const tanh = (x: Value): Value => unary('Tanh', x, (_x, dy, y) => mul(dy, sub(1, mul(y, y))))
export const sigmoid = (x: Value): Value => unary('Sigmoid', x, (_x, dy, y) => mul(dy, mul(y, sub(1, y))))
export const relu = (x: Value): Value => unary('Relu', x, (_x, dy, y) => mul(dy, cast(greater(y, 0), dy.type)))
export const square = (x: Value): Value => mul(x, x)

/** log(1 + eˣ) */
export const softplus = (x: Value): Value => unary('Softplus', x, (_x, dy) => mul(dy, sigmoid(x)))

/** The Gauss error function. ONNX Runtime has it in float32 only. */
export const erf = (x: Value): Value =>
  unary('Erf', x, (_x, dy) => mul(dy, mul(2 / Math.sqrt(Math.PI), exp(neg(square(x))))))

/** Keeps entries within [low, high]; no gradient outside. */
export const clip = (x: Value, low: number, high: number): Value => minimum(maximum(x, low), high)

/** -1, 0 or 1; passes no gradient. */
export const sign = (x: Value): Value => x.graph.append('Sign', [x], x.type, x.shape)

/** The same values; no gradient flows back through it. */
export const stopGradient = (x: Value): Value => x.graph.append('Identity', [x], x.type, x.shape)

function comparison(operator: string, left: Operand, right: Operand): Value {
  const [a, b] = operands(left, right)
  return a.graph.append(operator, [a, b], 'bool', broadcastShapes(a.shape, b.shape))
}

export const equal = (a: Operand, b: Operand): Value => comparison('Equal', a, b)
export const greater = (a: Operand, b: Operand): Value => comparison('Greater', a, b)
export const greaterOrEqual = (a: Operand, b: Operand): Value => comparison('GreaterOrEqual', a, b)
export const less = (a: Operand, b: Operand): Value => comparison('Less', a, b)
export const lessOrEqual = (a: Operand, b: Operand): Value => comparison('LessOrEqual', a, b)
export const and = (a: Value, b: Value): Value => comparison('And', a, b)
export const or = (a: Value, b: Value): Value => comparison('Or', a, b)
export const not = (x: Value): Value => x.graph.append('Not', [x], 'bool', x.shape)

/** Entries of `left` where the condition holds, of `right` elsewhere. */
export function where(condition: Value, left: Operand, right: Operand): Value {
  const [a, b] = operands(left, right)
  const shape = broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape))
  return a.graph.append('Where', [condition, a, b], a.type, shape, {}, (dy) => [
    undefined,
    sumTo(where(condition, dy, 0), a.shape),
    sumTo(where(condition, 0, dy), b.shape),
  ])
}

const floating: ReadonlySet<ElementType> = new Set(['float16', 'float32', 'float64'])

/** The same numbers in another type; a gradient flows only between floating types. */
export function cast(x: Value, type: ElementType): Value {
  if (x.type === type) return x
  const flows = floating.has(x.type) && floating.has(type)
  return x.graph.append('Cast', [x], type, x.shape, { to: { int: elementTypeNumber[type] } }, (dy) => [
    flows ? cast(dy, x.type) : undefined,
  ])
}
