import { RandomState } from '../base/random.ts'

/** A share that was estimated on a random sample. Fractions. */
export interface Estimate {
  right: number
  count: number
  /** NaN of an empty sample. */
  share: number
  /** The Wilson interval: 0 … 1 for an empty sample. */
  low: number
  high: number
}

/** The share of what is asked that is drawn at random among the confident suggestions, present and absent one half each. */
export const auditShare = 0.1

/** The standard normal quantile of a two-sided 95 % interval. */
const usualDeviations = 1.959964

/**
 * A share with its Wilson score interval, which stays honest for small samples and for shares near 0 and 1:
 * (s + z²/2n ± z √(s (1 - s) / n + z²/4n²)) / (1 + z²/n), s = right / n.
 * @param deviations z
 */
export function wilsonEstimate(right: number, count: number, deviations = usualDeviations): Estimate {
  if (count === 0) return { right, count, share: Number.NaN, low: 0, high: 1 }
  const share = right / count
  const square = deviations ** 2 / count
  const middle = share + square / 2
  const reach = deviations * Math.sqrt((share * (1 - share) + square / 4) / count)
  const bound = (value: number): number => Math.min(1, Math.max(0, value / (1 + square)))
  return { right, count, share, low: bound(middle - reach), high: bound(middle + reach) }
}

/**
 * The audit slice: so many at random, each as likely as any other, so that the share of them that is right estimates that of
 * all without bias. Whatever an order prefers (the uncertain, the rare) would not.
 * @returns in random order; all of them if they are not more
 */
export function drawAudit(candidates: Int32Array, count: number, random: RandomState): Int32Array {
  return random.shuffle(candidates.slice()).slice(0, count)
}

/**
 * The places 0 … count - 1, each once, in an order that the seed alone decides: an audit that is asked and answered over days
 * stays a random sample. Made as it is walked (Fisher–Yates), so that the beginning of a long order costs little.
 */
export function* randomOrder(count: number, seed: number): Generator<number> {
  const random = new RandomState(seed)
  const moved = new Map<number, number>()
  for (let i = 0; i < count; i++) {
    const j = i + random.integer(count - i)
    yield moved.get(j) ?? j
    moved.set(j, moved.get(i) ?? i)
    moved.delete(i)
  }
}

/**
 * Where an image stands in the random order of a seed: 0 … 1, never 0, by the two numbers alone, so that the order of the others
 * stays as it is when some are decided or added (the finalizer of MurmurHash3, twice).
 */
export function placeInAudit(imageId: number, seed: number): number {
  return (mixed(mixed(imageId) ^ mixed(seed ^ 0x9e3779b9)) + 1) / 2 ** 32
}

/** A whole number of 32 bits, every bit of which depends on every bit of `x`. */
function mixed(x: number): number {
  let h = x | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
