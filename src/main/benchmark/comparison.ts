import { UserError } from '../base/errors.ts'

/** How an error is counted: `entries` that differ are counted, `share` is the share of the entries that lie too far off. */
export type Measure = 'relative' | 'absolute' | 'entries' | 'share'

/** One quantity of one fixture, computed here and by the reference implementation. */
export interface Comparison {
  /** The file's name. */
  fixture: string
  /** As the fixture names it: `loss.total`, `grad.output.weight` … */
  quantity: string
  measure: Measure
  error: number
  /** The largest error that still agrees. */
  bound: number
  /** False for an error that is not a number, too. */
  passed: boolean
  /** Where in the quantity the error is, if that can be said. */
  where?: string
}

/** What a fixture has to say: its comparisons, and what was left out, with the reason. */
export interface FixtureReport {
  comparisons: Comparison[]
  leftOut: string[]
}

export function comparison(
  fixture: string,
  quantity: string,
  measure: Measure,
  error: number,
  bound: number,
  where?: string,
): Comparison {
  return { fixture, quantity, measure, error, bound, passed: error <= bound, ...(where ? { where } : {}) }
}

/**
 * The largest difference, relative to the largest entry of the expected tensor (where that is all zeros: as it is).
 * @returns NaN if an entry is not a number, or their counts differ
 */
export function relativeError(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (got.length !== wanted.length) return Number.NaN
  let [worst, scale] = [0, 0]
  for (let i = 0; i < wanted.length; i++) {
    worst = larger(worst, Math.abs(wanted[i] - got[i]))
    scale = Math.max(scale, Math.abs(wanted[i]))
  }
  return scale > 0 ? worst / scale : worst
}

/** How many entries differ at all (0 and -0 are the same). @returns NaN if their counts differ */
export function differingEntries(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (got.length !== wanted.length) return Number.NaN
  let count = 0
  for (let i = 0; i < wanted.length; i++) if (got[i] !== wanted[i]) count++
  return count
}

/** How many entries are further off than `tolerance`; what is not a number is. */
export function entriesBeyond(got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): number {
  let count = 0
  for (let i = 0; i < wanted.length; i++) if (!(Math.abs(got[i] - wanted[i]) <= tolerance)) count++
  return count
}

/** Math.max, and NaN as soon as one is NaN. */
export function larger(a: number, b: number): number {
  return Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.max(a, b)
}

/** A fixture that can't be compared with. @param what a sentence without its full stop */
export function unusable(file: string, what: string): UserError {
  return new UserError(
    'fixture-unusable',
    `${file} can’t be used for comparison: ${what}.`,
    'Regenerate this fixture, or remove it from the folder.',
  )
}
