/**
 * Exact one-sided confidence bounds of a share observed on a sample (Clopper and Pearson, 1934). Counts needn't be integers: those
 * of a weighted sample are effective counts (Kish). All shares are fractions.
 */

/** The default confidence level: the least share of samples whose bound holds. */
export const defaultConfidence = 0.95

/**
 * The smallest share that is consistent with `right` of `count`: if it were smaller, that many would be right in fewer than
 * 1 - confidence of all samples. 0 for an empty sample.
 */
export function lowerBound(right: number, count: number, confidence = defaultConfidence): number {
  if (right <= 0) return 0
  return betaQuantile(1 - confidence, right, count - right + 1)
}

/** The largest share that is consistent with `hits` of `count`. 1 for an empty sample. */
export function upperBound(hits: number, count: number, confidence = defaultConfidence): number {
  return 1 - lowerBound(count - hits, count, confidence)
}

/** Whether `lowerBound` reaches `share`; several times faster than computing the bound. */
export function reaches(share: number, right: number, count: number, confidence = defaultConfidence): boolean {
  return right > 0 && betaDistribution(share, right, count - right + 1) <= 1 - confidence
}

/** The smallest sample whose lower bound can reach a share, which it does if all of it is right. */
export function minSampleFor(share: number, confidence = defaultConfidence): number {
  return Math.ceil(Math.log(1 - confidence) / Math.log(share) - 1e-9)
}

/** x with betaDistribution(x, a, b) = p, by bisection. */
function betaQuantile(p: number, a: number, b: number): number {
  let [low, high] = [0, 1]
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2
    if (betaDistribution(middle, a, b) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/**
 * The regularised incomplete beta function I_x(a, b), by its continued fraction (modified Lentz's method; NIST Handbook of
 * Mathematical Functions, 8.17.22). Accurate to about 1e-10.
 */
export function betaDistribution(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  // The fraction converges fast only for x below this.
  if (x > (a + 1) / (a + b + 2)) return 1 - betaDistribution(1 - x, b, a)
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a
  const tiny = 1e-300
  let c = 1
  let d = 1 / guarded(1 - ((a + b) * x) / (a + 1), tiny)
  let fraction = d
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / guarded(1 + even * d, tiny)
    c = guarded(1 + even / c, tiny)
    fraction *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / guarded(1 + odd * d, tiny)
    c = guarded(1 + odd / c, tiny)
    fraction *= d * c
    if (Math.abs(d * c - 1) < 1e-12) break
  }
  return front * fraction
}

function guarded(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value
}

/** log Γ(x), x > 0, by Stirling's series, shifted to x ≥ 10, where it is accurate to 1e-12. */
function logGamma(x: number): number {
  let shift = 0
  let at = x
  for (; at < 10; at++) shift += Math.log(at)
  const square = 1 / (at * at)
  const series = 1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))
  return (at - 0.5) * Math.log(at) - at + Math.log(2 * Math.PI) / 2 + series / at - shift
}
