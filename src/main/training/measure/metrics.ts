/** Quality of scores on labels that were hidden from training. Scores and truths have equal lengths. */

/** Indices by descending score; ties keep their order. */
function ranked(scores: ArrayLike<number>): Uint32Array {
  if (scores instanceof Float32Array && scores.length <= placesEnd) return rankedFloats(scores)
  return Uint32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b] - scores[a] || a - b)
}

/** How many indices fit beside a 32-bit score in the 53 bits of an exact integer. */
const placesEnd = 2 ** 21

/** The same, several times faster, because plain numbers are sorted without a comparator. */
function rankedFloats(scores: Float32Array): Uint32Array {
  // 0 and -0 differ in bits, but not in order.
  const bits = new Uint32Array(scores.map((score) => score + 0).buffer)
  const keys = new Float64Array(bits.length)
  for (let i = 0; i < bits.length; i++) {
    // The bits of positive floats rise with their values; those of negative ones fall.
    const rising = bits[i] >>> 31 ? ~bits[i] >>> 0 : (bits[i] | 0x80000000) >>> 0
    keys[i] = (0xffffffff - rising) * placesEnd + i
  }
  return Uint32Array.from(keys.sort(), (key) => key % placesEnd)
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
 * The largest recall at which precision is at least `precision`.
 * @returns a fraction; 0 if that precision is never reached, NaN without a positive
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

/** The mean, ignoring NaN; NaN if nothing is left. */
export function meanOf(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value))
  return known.reduce((sum, value) => sum + value, 0) / known.length
}

/** Precision, recall and F1 of decisions: over all of them (O) and as means over the labels (C). Fractions. */
export interface DecisionMetrics {
  OP: number
  OR: number
  OF1: number
  CP: number
  CR: number
  CF1: number
}

/**
 * A label counts as predicted at logit ≥ 0; with `most`, only that many of each image's largest logits do (METHOD 1, metrics). A label
 * that is never predicted has precision 0; one that is never present has recall 0.
 * @param logits N×C
 * @param truth 1 present, anything else absent, N×C
 */
export function decisionMetrics(
  logits: ArrayLike<number>,
  truth: ArrayLike<number>,
  labels: number,
  most = labels,
): DecisionMetrics {
  const predicted = new Float64Array(labels)
  const present = new Float64Array(labels)
  const right = new Float64Array(labels)
  for (let at = 0; at < logits.length; at += labels) {
    const largest = Array.from({ length: labels }, (_, label) => label)
      .sort((a, b) => logits[at + b] - logits[at + a] || a - b)
      .slice(0, most)
    for (const label of largest) {
      if (!(logits[at + label] >= 0)) continue
      predicted[label]++
      if (truth[at + label] === 1) right[label]++
    }
    for (let label = 0; label < labels; label++) if (truth[at + label] === 1) present[label]++
  }
  const total = (of: Float64Array): number => of.reduce((sum, value) => sum + value, 0)
  const share = (part: number, whole: number): number => (whole > 0 ? part / whole : 0)
  const harmonic = (a: number, b: number): number => share(2 * a * b, a + b)
  const [OP, OR] = [share(total(right), total(predicted)), share(total(right), total(present))]
  const CP = total(right.map((count, label) => share(count, predicted[label]))) / labels
  const CR = total(right.map((count, label) => share(count, present[label]))) / labels
  return { OP, OR, OF1: harmonic(OP, OR), CP, CR, CF1: harmonic(CP, CR) }
}
