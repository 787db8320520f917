import type { Value } from '../tensor/graph/graph.ts'
import { mul, sub, tanh } from '../tensor/operators/elementwise.ts'
import { concat, reshape, slice, split, transpose } from '../tensor/operators/layout.ts'
import { linear, matmul } from '../tensor/operators/matrix.ts'
import { softmax, sum } from '../tensor/operators/reduction.ts'

type Lookup = (name: string) => Value

/**
 * Semantic decoupling (METHOD 1): one attention map per label over the grid.
 * @param x feature map x_l, [B, L, D]
 * @param words label vectors w_c, [C, W]
 * @returns f_c = Σ_l α[c,l] x_l, [B, C, D], and α, softmax over l, [B, C, L]
 */
export function semanticDecoupling(x: Value, words: Value, parameter: Lookup): { features: Value; attention: Value } {
  const image = linear(x, parameter('decoupling.image.weight'))
  const word = linear(words, parameter('decoupling.word.weight'))
  // W3 then a is the one vector W3ᵀa (METHOD 2); b3 and b4 shift all positions alike, so they fall out of the softmax.
  const score = reshape(matmul(parameter('decoupling.score.weight'), parameter('decoupling.hidden.weight')), [
    word.size(1),
  ])
  const attention = softmax(attentionScores(image, word, score))
  return { features: matmul(attention, x), attention }
}

/**
 * The largest number of entries of the [B, C, L, K] product in a slice: a few megabytes, so that a slice stays in the CPU's cache
 * from one pass to the next. Smaller slices would only mean more calls.
 */
const sliceEntries = 3 << 19
/** With more labels than this, even a single image would make too large a slice, so the labels are split as well. */
const labelsAtOnce = 250

/**
 * e[b,c,l] = Σ_k q_k tanh(h[b,l,k] g[c,k]) (METHOD 1 after METHOD 2), [B, C, L].
 *
 * The product over positions, labels and channels is by far the largest tensor, so it is computed in slices of a few images, and
 * recomputed in the backward pass rather than kept.
 * @param h W1 x_l, [B, L, K]
 * @param g W2 w_c, [C, K]
 * @param q W3ᵀa, [K]
 */
export function attentionScores(h: Value, g: Value, q: Value): Value {
  // The batch size is left open only at inference, where nothing has to be kept.
  if (typeof h.shape[0] !== 'number') return scoresOf(h, g, q)
  const parts = Math.ceil(g.size(0) / labelsAtOnce)
  if (parts > 1) {
    const sizes = Array.from({ length: parts }, (_, i) => Math.floor((g.size(0) + i) / parts))
    return concat(
      split(g, 0, sizes).map((some) => attentionScores(h, some, q)),
      1,
    )
  }
  const slices = imageSlices(h.size(0), h.size(1) * g.size(0) * q.size(0))
  return h.graph.withGradient(
    [h, g, q],
    () => joined(slices.map(([start, end]) => scoresOf(slice(h, 0, start, end), g, q))),
    (dy) => {
      const parts = slices.map(([start, end]) => productGradient(slice(h, 0, start, end), g, slice(dy, 0, start, end)))
      const dg = sum(joined(parts.map((part) => part.dg)), [0])
      const dq = sum(joined(parts.map((part) => part.dq)), [0])
      return [mul(joined(parts.map((part) => part.dh)), q), mul(dg, q), dq]
    },
  )
}

/** The first image of each slice, and the first after it. */
function imageSlices(images: number, entriesOfOne: number): [number, number][] {
  const perSlice = Math.max(1, Math.floor(sliceEntries / entriesOfOne))
  return Array.from({ length: Math.ceil(images / perSlice) }, (_, i) => [
    i * perSlice,
    Math.min(images, (i + 1) * perSlice),
  ])
}

const joined = (parts: readonly Value[]): Value => (parts.length === 1 ? parts[0] : concat(parts, 0))

function scoresOf(h: Value, g: Value, q: Value): Value {
  const [images, positions] = h.shape
  return reshape(matmul(product(h, g), reshape(q, [q.size(0), 1])), [images, g.size(0), positions])
}

/** t = tanh(h ⊙ g), [B, C, L, K] */
function product(h: Value, g: Value): Value {
  return tanh(mul(overLabels(h), overPositions(g)))
}

/** The same, but a different node: ONNX Runtime would merge identical ones, and so keep the product throughout the step. */
function productAgain(h: Value, g: Value): Value {
  return tanh(mul(overPositions(g), overLabels(h)))
}

const overLabels = (h: Value): Value => reshape(h, [h.shape[0], 1, h.size(1), h.size(2)])
const overPositions = (g: Value): Value => reshape(g, [1, g.size(0), 1, g.size(1)])

/**
 * The backward pass of a slice, with few passes over the product: since ∂tanh = 1 - t², each sum splits into a small matrix
 * product and a sum over dy t².
 *
 *     ∂h / q = Σ_c dy g - Σ_c dy t² g      ∂g / q = Σ_l dy h - Σ_l dy t² h      ∂q = Σ dy t
 *
 * @param dy [b, C, L]
 * @returns ∂h / q [b, L, K], ∂g / q [b, C, K] and ∂q [1, K]
 */
function productGradient(h: Value, g: Value, dy: Value): { dh: Value; dg: Value; dq: Value } {
  const [images, labels, positions] = [dy.size(0), dy.size(1), dy.size(2)]
  const width = g.size(1)
  const rows = images * labels * positions
  const t = productAgain(h, g)
  const dq = matmul(reshape(dy, [1, rows]), reshape(t, [rows, width]))
  const dyt2 = mul(mul(t, reshape(dy, [images, labels, positions, 1])), t)
  const dh = sub(matmul(transpose(dy), g), sum(mul(dyt2, overPositions(g)), [1]))
  const dg = sub(matmul(dy, h), sum(mul(dyt2, overLabels(h)), [2]))
  return { dh, dg, dq }
}

/** A feature map as backbones output it, [B, D, H, W], with the channels last: [B, HW, D]. */
export function positionsFirst(map: Value): Value {
  return transpose(reshape(map, [map.size(0), map.size(1), map.size(2) * map.size(3)]))
}
