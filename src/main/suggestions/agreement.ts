/** How two people judged the same pairs: the numbers that both, only the first, only the second, and neither called present. */
export interface Judgements {
  both: number
  first: number
  second: number
  neither: number
}

/**
 * Cohen's kappa (1960), the agreement of two people beyond chance: κ = (p_o − p_e) / (1 − p_e), where p_o is the share of pairs on
 * which they agree, and p_e is the share expected if each called pairs present at random, as often as they did.
 * @returns −1 … 1; NaN without pairs, or if both gave a single answer throughout, as chance would explain that
 */
export function cohensKappa({ both, first, second, neither }: Judgements): number {
  const n = both + first + second + neither
  const observed = (both + neither) / n
  const [a, b] = [(both + first) / n, (both + second) / n]
  const expected = a * b + (1 - a) * (1 - b)
  return expected === 1 ? Number.NaN : (observed - expected) / (1 - expected)
}
