import { UserError } from '../base/errors.ts'

/** How an error is measured: `entries` is the number of entries that differ, `share` the share of entries beyond the tolerance. */
export type Measure = 'relative' | 'absolute' | 'entries' | 'share'

/** One quantity of one fixture, computed here and by the reference implementation. */
export interface Comparison {
  /** The file's name. */
  fixture: string
  /** Its name in the fixture: `loss.total`, `grad.output.weight`, … */
  quantity: string
  measure: Measure
  error: number
  /** The largest acceptable error. */
  bound: number
  /** False for NaN, too. */
  passed: boolean
  /** The position of the error, if it has one. */
  where?: string
}

/** A fixture's comparisons, and what was left out and why. */
export interface FixtureReport {
  comparisons: Comparison[]
  leftOut: string[]
}

/** Compares an error with its bound; NaN exceeds every bound. */
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
 * The largest difference, relative to the largest entry of the expected tensor; absolute if that is all zeros.
 * @returns NaN if an entry is NaN or the lengths differ
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

/** How many entries differ at all (0 and -0 are equal). @returns NaN if the lengths differ */
export function differingEntries(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (got.length !== wanted.length) return Number.NaN
  let count = 0
  for (let i = 0; i < wanted.length; i++) if (got[i] !== wanted[i]) count++
  return count
}

/** How many entries are off by more than `tolerance`, or NaN. */
export function entriesBeyond(got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): number {
  let count = 0
  for (let i = 0; i < wanted.length; i++) if (!(Math.abs(got[i] - wanted[i]) <= tolerance)) count++
  return count
}

/** The larger number; NaN if either is NaN. */
export function larger(a: number, b: number): number {
  return Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.max(a, b)
}

/** The error for a fixture that can't be used. @param what a sentence without its full stop */
export function unusable(file: string, what: string): UserError {
  return new UserError(
    'fixture-unusable',
    `${file} can’t be used for comparison: ${what}.`,
    'Regenerate this fixture, or remove it from the folder.',
  )
}
