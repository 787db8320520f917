import { mul, square, sub, tanh } from '../tensor/elementwise.ts'
import type { Value } from '../tensor/graph.ts'
import { concat, reshape, slice, transpose } from '../tensor/layout.ts'
import { linear, matmul } from '../tensor/matrix.ts'
import { softmax, sum } from '../tensor/reduction.ts'

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

/** How many entries of the [L, C, K] product one slice may have: a slice stays within a core's cache. */
const sliceEntries = 1 << 19

/**
 * e[b,c,l] = Σ_k q_k tanh(h[b,l,k] g[c,k]) (METHOD 1 after METHOD 2), [B, C, L].
 *
 * The product over positions, labels and channels is far larger than all else, so it is made in slices of a few images,
 * and made again in the backward pass instead of being kept.
 * @param h W1 x_l, [B, L, K]
 * @param g W2 w_c, [C, K]
 * @param q W3ᵀa, [K]
 */
export function attentionScores(h: Value, g: Value, q: Value): Value {
  const [images] = h.shape
  // A batch of any size comes only at inference, where nothing has to be kept.
  if (typeof images !== 'number') return wholeScores(h, g, q)
  const perSlice = Math.max(1, Math.floor(sliceEntries / (h.size(1) * g.size(0) * q.size(0))))
  const parts: Value[] = []
  for (let start = 0; start < images; start += perSlice) {
    parts.push(slicedScores(slice(h, 0, start, Math.min(images, start + perSlice)), g, q))
  }
  return parts.length === 1 ? parts[0] : concat(parts, 0)
}

function wholeScores(h: Value, g: Value, q: Value): Value {
  const [images, positions] = h.shape
  return reshape(matmul(product(h, g), reshape(q, [q.size(0), 1])), [images, g.size(0), positions])
}

/** tanh(h ⊙ g), [B, C, L, K] */
function product(h: Value, g: Value): Value {
  const [images, positions, width] = h.shape
  return tanh(mul(reshape(h, [images, 1, positions, width]), reshape(g, [1, g.size(0), 1, width])))
}

function slicedScores(h: Value, g: Value, q: Value): Value {
  const [images, positions, width] = [h.size(0), h.size(1), h.size(2)]
  const labels = g.size(0)
  return h.graph.withGradient(
    [h, g, q],
    () => wholeScores(h, g, q),
    (dy) => {
      const t = product(h, g)
      // ∂/∂(h ⊙ g) without q, which both products below share: dy (1 - t²)
      const inner = mul(reshape(dy, [images, labels, positions, 1]), sub(1, square(t)))
      const dh = mul(sum(mul(inner, reshape(g, [1, labels, 1, width])), [1]), q)
      const dg = mul(sum(mul(inner, reshape(h, [images, 1, positions, width])), [0, 2]), q)
      const rows = images * labels * positions
      const dq = matmul(reshape(dy, [1, rows]), reshape(t, [rows, width]))
      return [dh, dg, reshape(dq, [width])]
    },
  )
}

/** A feature map as backbones give it, [B, D, H, W], with its positions first: [B, HW, D]. */
export function positionsFirst(map: Value): Value {
  return transpose(reshape(map, [map.size(0), map.size(1), map.size(2) * map.size(3)]))
}
