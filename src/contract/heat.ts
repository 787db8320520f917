import type { Cooccurrence } from './models.ts'

export type HeatMeasure = 'lift' | 'conditional'

/** Fewer images where both are known say nothing of a pair. */
const leastTogether = 5

export interface HeatCell {
  /** Null where too little is known of the pair. */
  value: number | null
  /** Images where both are known, and of those where both are present. */
  known: number
  both: number
  /** Of those, where a is present, and where b is. */
  first: number
  second: number
}

/**
 * How label a (row) and label b (column) go together, where both are known.
 * Lift: P(a, b) / (P(a) · P(b)), 1 where neither says anything of the other. Conditional: P(b | a).
 */
export function heatCell(matrix: Cooccurrence, a: number, b: number, measure: HeatMeasure): HeatCell {
  const n = matrix.labelIds.length
  const [known, both, first, second] = [
    matrix.known[a * n + b],
    matrix.both[a * n + b],
    matrix.first[a * n + b],
    matrix.first[b * n + a],
  ]
  // Where chance alone would hardly ever put them together, that they are not tells nothing.
  const isTelling = first * second >= known || both > 1
  const isMeasured = a !== b && known >= leastTogether && first > 0 && second > 0 && isTelling
  const value = measure === 'lift' ? (both * known) / (first * second) : both / first
  return { value: isMeasured ? value : null, known, both, first, second }
}

/** At this lift and its inverse the colour is full. */
const fullLift = 8
/** Beyond this share of colour, figures on it can't be read. */
const mostColour = 0.46

/** How the cell is coloured: a share of the accent where labels go together, of the other colour where they keep apart. */
export function heatColour(value: number | null, measure: HeatMeasure): { together: boolean; share: number } | null {
  if (value === null) return null
  if (measure === 'conditional') return { together: true, share: value * mostColour }
  const distance = Math.min(1, Math.abs(Math.log(Math.max(value, 1 / fullLift))) / Math.log(fullLift))
  return { together: value >= 1, share: distance * mostColour }
}
