/** How two people judged the same pairs: how often both said present, the first alone, the second alone, and neither. */
export interface Judgements {
  both: number
  first: number
  second: number
  neither: number
}

/**
 * Cohen's kappa: how far two people agree beyond what chance would have them agree, κ = (p_o − p_e) / (1 − p_e), with p_o the share of pairs
 * on which they agree, and p_e that share if each judged at random as often present as they did (Cohen, 1960).
 * @returns −1 … 1; NaN of no pairs, and where both always said the same one thing: chance explains that
 */
export function cohensKappa({ both, first, second, neither }: Judgements): number {
  const n = both + first + second + neither
  const observed = (both + neither) / n
  const [a, b] = [(both + first) / n, (both + second) / n]
  const expected = a * b + (1 - a) * (1 - b)
  return expected === 1 ? Number.NaN : (observed - expected) / (1 - expected)
}
