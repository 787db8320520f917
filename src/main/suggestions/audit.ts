import { RandomState } from '../base/random.ts'

/** A share estimated from a random sample. Fractions. */
export interface Estimate {
  right: number
  count: number
  /** NaN for an empty sample. */
  share: number
  /** The Wilson interval; 0 … 1 for an empty sample. */
  low: number
  high: number
}

/** The share of questions that are drawn at random from the likely suggestions, half present, half absent. */
export const auditShare = 0.1

/** The standard normal quantile of a two-sided 95 % interval. */
const normalQuantile = 1.959964

/**
 * A share with its Wilson score interval, which remains valid for small samples and for shares near 0 and 1:
 * (s + z²/2n ± z √(s (1 - s) / n + z²/4n²)) / (1 + z²/n), s = right / n.
 * @param deviations z
 */
export function wilsonEstimate(right: number, count: number, deviations = normalQuantile): Estimate {
  if (count === 0) return { right, count, share: Number.NaN, low: 0, high: 1 }
  const share = right / count
  const square = deviations ** 2 / count
  const middle = share + square / 2
  const reach = deviations * Math.sqrt((share * (1 - share) + square / 4) / count)
  const bound = (value: number): number => Math.min(1, Math.max(0, value / (1 + square)))
  return { right, count, share, low: bound(middle - reach), high: bound(middle + reach) }
}

/**
 * Draws an audit sample uniformly, so that the share that is right in it is an unbiased estimate for all candidates. The first
 * ones of any other order, such as by uncertainty or rarity, would be biased.
 * @returns in random order; all candidates if there are no more than `count`
 */
export function drawAudit(candidates: Int32Array, count: number, random: RandomState): Int32Array {
  return random.shuffle(candidates.slice()).slice(0, count)
}

/**
 * The indices 0 … count - 1 in an order that depends only on the seed, so that an audit spread over days remains one random
 * sample. A lazy Fisher–Yates shuffle: the beginning of a long order costs little.
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
 * An image's position in the random order of a seed: above 0, up to 1. It depends on these two numbers alone, so that the order of
 * the other images doesn't change when some are decided or added. (The finalizer of MurmurHash3, applied twice.)
 */
export function placeInAudit(imageId: number, seed: number): number {
  return (mixed(mixed(imageId) ^ mixed(seed ^ 0x9e3779b9)) + 1) / 2 ** 32
}

/** A hash of 32 bits, every bit of which depends on every bit of `x`. */
function mixed(x: number): number {
  let h = x | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
