/** How good scores are, against labels that were hidden from training. Scores and truths are of equal length. */

/** Indices in falling order of score; equal scores keep their order. */
function ranked(scores: ArrayLike<number>): Uint32Array {
  return Uint32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b] - scores[a] || a - b)
}

/**
 * Area under the precision–recall curve as average precision: the mean, over the positives, of the precision at their rank.
 * @param truth 1 positive, anything else negative
 * @returns a fraction; NaN without a positive
 */
export function averagePrecision(scores: ArrayLike<number>, truth: ArrayLike<number>): number {
  let positives = 0
  let sum = 0
  ranked(scores).forEach((i, rank) => {
    if (truth[i] !== 1) return
    positives++
    sum += positives / (rank + 1)
  })
  return sum / positives
}

/**
 * Area under the interpolated precision–recall curve at all recall points, as PASCAL VOC 2012 defines it (METHOD 1, metrics):
 * each recall step counts with the best precision at that recall or a higher one.
 * @returns a fraction; NaN without a positive
 */
export function interpolatedAveragePrecision(scores: ArrayLike<number>, truth: ArrayLike<number>): number {
  const precisions: number[] = []
  ranked(scores).forEach((i, rank) => {
    if (truth[i] === 1) precisions.push((precisions.length + 1) / (rank + 1))
  })
  let best = 0
  let sum = 0
  for (const precision of precisions.toReversed()) {
    best = Math.max(best, precision)
    sum += best
  }
  return sum / precisions.length
}

/**
 * The largest share of the positives that can be found while at least `precision` of what is said to be positive is.
 * @returns a fraction; 0 where that precision is never reached, NaN without a positive
 */
export function recallAtPrecision(scores: ArrayLike<number>, truth: ArrayLike<number>, precision: number): number {
  let positives = 0
  let best = 0
  ranked(scores).forEach((i, rank) => {
    if (truth[i] === 1) positives++
    if (positives >= precision * (rank + 1)) best = positives
  })
  return positives === 0 ? Number.NaN : best / positives
}

/**
 * Expected calibration error: over bins of equal width, the mean distance of the average probability from the share of
 * positives, weighted by the bins' sizes.
 */
export function calibrationError(probabilities: ArrayLike<number>, truth: ArrayLike<number>, bins = 15): number {
  const sums = Array.from({ length: bins }, () => ({ count: 0, probability: 0, positives: 0 }))
  for (let i = 0; i < probabilities.length; i++) {
    const bin = sums[Math.min(bins - 1, Math.floor(probabilities[i] * bins))]
    bin.count++
    bin.probability += probabilities[i]
    if (truth[i] === 1) bin.positives++
  }
  return sums.reduce((total, bin) => total + Math.abs(bin.probability - bin.positives), 0) / probabilities.length
}

/** The mean of what is a number; NaN of nothing. */
export function meanOf(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value))
  return known.reduce((sum, value) => sum + value, 0) / known.length
}
