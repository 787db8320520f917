import { fitLogistic } from '../suggestions/logistic.ts'

/** More known entries of a label tell nothing new about two numbers. */
const mostEntries = 20_000

/**
 * What turns the scores of one label into log odds: scale · score + bias, a logistic fit on known entries (Platt), on scores of
 * models that never saw them. Where all scores are the same they say nothing: the scale is 0.
 * @param scores N×C
 * @param states y, row-major N×C
 * @param counts which known entries it is fitted on; all of them if left out
 */
export function logOddsOf(
  scores: Float32Array,
  states: Int8Array,
  labels: number,
  label: number,
  counts: (at: number) => boolean = () => true,
): { scale: number; bias: number } {
  const known: number[] = []
  for (let at = label; at < states.length && known.length < mostEntries; at += labels) {
    if (states[at] !== 0 && counts(at)) known.push(at)
  }
  const mean = known.reduce((sum, at) => sum + scores[at], 0) / known.length
  const spread = Math.sqrt(known.reduce((sum, at) => sum + (scores[at] - mean) ** 2, 0) / known.length)
  if (!(spread > 0)) return { scale: 0, bias: 0 }
  const [scale, bias] = fitLogistic({
    inputs: Float64Array.from(known.flatMap((at) => [(scores[at] - mean) / spread, 1])),
    targets: Uint8Array.from(known, (at) => (states[at] === 1 ? 1 : 0)),
    prior: Float64Array.of(1, 0),
    precision: Float64Array.of(1, 0.1),
  })
  return { scale: scale / spread, bias: bias - (scale * mean) / spread }
}
