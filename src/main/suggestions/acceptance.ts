import type { Probabilities } from '../domain/quantities.ts'
import { type Side, State, stateOf } from '../domain/state.ts'
import { lowerBound, minSampleFor, reaches, upperBound } from './binomial.ts'
import { confidenceOf } from './scores.ts'

/** What accepting in bulk promises for each label separately. Fractions. */
export interface AcceptanceAim {
  /** The share of accepted suggestions that is right, at least. */
  precision: number
  /** The share of a label's undecided positives that is wrongly accepted as absent, at most. */
  maxLost: number
}

export const defaultAim: AcceptanceAim = { precision: 0.95, maxLost: 0.02 }

/**
 * Why none of a label's suggestions can be accepted in bulk:
 * - `nothing`: there are no undecided suggestions of this side
 * - `few-known`: too few held-out pairs to prove the precision
 * - `unsure`: enough held-out pairs, but too many are wrong
 * - `few-positives`: too few held-out positives to prove how many would be lost
 * - `loses-positives`: enough held-out positives, but too many would be lost
 * - `nearly-all`: nearly every undecided pair of the label would be accepted, so the model doesn't distinguish anything
 */
export type Refusal = 'nothing' | 'few-known' | 'unsure' | 'few-positives' | 'loses-positives' | 'nearly-all'

/** Suggestions of one label and side that can be accepted in bulk. */
export interface Acceptance {
  /** The least confidence (`confidenceOf`, 0.5 … 1) that is accepted; null if nothing is. */
  from: number | null
  /** Indices of the accepted pairs, the most confident first. */
  places: Int32Array
  /** A lower bound, at `defaultConfidence`, of the share of them that is right; NaN if there are none. */
  precision: number
  /** For absent: an upper bound, at `defaultConfidence`, of the share of undecided positives that is lost. NaN for present, or if none. */
  lost: number
  /** The number of held-out pairs that the precision rests on. */
  heldOut: number
  refusal?: {
    reason: Refusal
    /** The number of known pairs of this side; for `few-positives` and `loses-positives`, of known positives. */
    known: number
    /** Roughly how many more would be enough; null if more of them alone wouldn't help. */
    more: number | null
  }
}

/** One label's suggestions of one side, and the known pairs to test them on. */
export interface RankedSide {
  undecided: RankedPairs
  /** Known pairs for which this side would have been suggested. */
  heldOut: HeldOut
  /** How many of the label's pairs, of either side, are undecided, known, and known to be present. */
  all: { open: number; known: number; positives: number }
}

export interface RankedPairs {
  places: Int32Array
  /** `confidenceOf`, descending. */
  confidence: Float64Array
}

export interface HeldOut {
  /** `confidenceOf`, descending. */
  confidence: Float64Array
  /** 1 where the suggestion would have been right. */
  right: Uint8Array
}

/** Accepting at least this share of a label's undecided pairs is refused. */
export const nearlyAll = 0.98

/** `acceptanceOf` the suggestions of one label and side, which are ranked first (see `rankSide`). */
export function acceptanceAt(
  probabilities: Probabilities,
  states: Int8Array,
  side: Side,
  aim: AcceptanceAim = defaultAim,
): Acceptance {
  return acceptanceOf(rankSide(probabilities, states, side), side, aim)
}

/**
 * Ranks the suggestions of one label and side.
 * @param probabilities of present, [N]; those of known pairs from models that never saw them; NaN is skipped
 * @param states y, [N]: 1, -1, 0
 */
export function rankSide(probabilities: Probabilities, states: Int8Array, side: Side): RankedSide {
  const own = stateOf(side)
  const order = mostConfidentFirst(probabilities, side)
  let known = 0
  for (let rank = 0; rank < order.length; rank++) if (states[order[rank]] !== State.unknown) known++
  const open = order.length - known
  const undecided = { places: new Int32Array(open), confidence: new Float64Array(open) }
  const heldOut = { confidence: new Float64Array(known), right: new Uint8Array(known) }
  let [openAt, knownAt] = [0, 0]
  for (let rank = 0; rank < order.length; rank++) {
    const at = order[rank]
    const confidence = confidenceOf(probabilities[at])
    if (states[at] === State.unknown) {
      undecided.places[openAt] = at
      undecided.confidence[openAt++] = confidence
    } else {
      heldOut.confidence[knownAt] = confidence
      heldOut.right[knownAt++] = states[at] === own ? 1 : 0
    }
  }
  const all = { open: 0, known: 0, positives: 0 }
  for (let at = 0; at < states.length; at++) {
    if (Number.isNaN(probabilities[at])) continue
    if (states[at] === State.unknown) all.open++
    else all.known++
    if (states[at] === State.present) all.positives++
  }
  return { undecided, heldOut, all }
}

/**
 * The largest set of a label's most confident undecided suggestions of one side that keeps the promises for this label: a lower
 * bound of the share that is right reaches `precision` and, for absent, an upper bound of the share of the label's undecided
 * positives among them stays within `maxLost`. Both bounds hold at `defaultConfidence` and use only held-out pairs of this label. The
 * mean calibrated probability must reach `precision` too.
 * @param open the number of the label's undecided pairs, if only some of them are ranked
 */
export function acceptanceOf(
  ranked: RankedSide,
  side: Side,
  aim: AcceptanceAim,
  open: number = ranked.all.open,
): Acceptance {
  const { undecided, heldOut, all } = ranked
  const pairs = heldOut.confidence.length
  const refused = (reason: Refusal, known: number, more: number | null): Acceptance => ({
    ...{ from: null, places: undecided.places.subarray(0, 0), precision: Number.NaN, lost: Number.NaN },
    ...{ heldOut: pairs, refusal: { reason, known, more } },
  })
  if (undecided.places.length === 0) return refused('nothing', pairs, null)
  const limitsLoss = side === 'absent'
  const minPositives = minSampleFor(1 - aim.maxLost)
  if (limitsLoss && all.positives < minPositives) {
    return refused('few-positives', all.positives, minPositives - all.positives)
  }
  const minPairs = minSampleFor(aim.precision)
  if (pairs < minPairs) return refused('few-known', pairs, minPairs - pairs)
  const { cut, isPrecise } = provenCut(ranked, limitsLoss ? aim : { ...aim, maxLost: 1 })
  if (!cut) return isPrecise ? refused('loses-positives', all.positives, null) : refused('unsure', pairs, null)
  if (cut.undecided >= nearlyAll * open) return refused('nearly-all', pairs, null)
  const places = undecided.places.subarray(0, cut.undecided)
  return { from: cut.confidence, places, precision: cut.precision, lost: cut.lost, heldOut: cut.heldOut }
}

/** The least confidence down to which the bounds hold, and their values there. */
export interface ProvenCut {
  confidence: number
  /** The numbers of undecided and of held-out pairs that are at least as confident. */
  undecided: number
  heldOut: number
  /** Bounds, as in `Acceptance`. */
  precision: number
  lost: number
}

/**
 * The lowest cut at which the bounds hold. `isPrecise` tells whether the bound of the precision holds at any cut.
 *
 * Known pairs aren't a random sample: they may have been asked for because they were doubtful, or marked as good examples. So each
 * represents the undecided pairs of about the same confidence: in a stratum s with U_s undecided and K_s known pairs it gets the
 * weight U_s / K_s, and the weighted sample counts as (Σ w)² / Σ w² pairs (Kish). If known and undecided pairs are distributed
 * alike, all weights are equal; the more they differ, the wider the bounds.
 * @param aim with `maxLost` 1, losses aren't limited
 */
export function provenCut(
  ranked: RankedSide,
  { precision, maxLost }: AcceptanceAim,
): { cut?: ProvenCut; isPrecise: boolean } {
  const { confidence } = ranked.undecided
  const limitsLoss = maxLost < 1
  const strata = strataOf(ranked)
  const positives = limitsLoss ? positivesOf(ranked, strata) : undefined
  const [sample, lost] = [new WeightedSample(), new WeightedSample()]
  let cut: ProvenCut | undefined
  let isPrecise = false
  let [undecided, expectedRight] = [0, 0]
  for (const { from, end, right, weight } of strata) {
    while (undecided < confidence.length && confidence[undecided] >= from) expectedRight += confidence[undecided++]
    sample.add(right.hits, right.misses, weight)
    lost.add(right.misses, 0, weight)
    const { share, size } = sample
    if (undecided === 0 || expectedRight < precision * undecided || !reaches(precision, share * size, size)) continue
    isPrecise = true
    const most = positives ? lostBound(lost, positives, undecided / end) : Number.NaN
    if (most > maxLost) continue
    const bound = lowerBound(share * size, size)
    cut = { confidence: from, undecided, heldOut: end, precision: bound, lost: most }
  }
  return { cut, isPrecise }
}

/** Known pairs of about the same confidence. */
interface Stratum {
  /** Their least confidence. */
  from: number
  /** The number of held-out pairs that are at least as confident. */
  end: number
  right: { hits: number; misses: number }
  /** Undecided pairs per known pair. */
  weight: number
}

/** The least size of a stratum: this many known pairs, and this share of all that are more confident, which limits the number of strata. */
const stratum = { pairs: 20, share: 0.05 }

function strataOf({ undecided, heldOut: { confidence, right } }: RankedSide): Stratum[] {
  const strata: Stratum[] = []
  let open = 0
  for (let start = 0; start < confidence.length; ) {
    let end = Math.min(confidence.length, start + Math.max(stratum.pairs, Math.floor(stratum.share * start)))
    // Pairs of equal confidence stay together, and a remainder too small for a stratum joins the last one.
    while (end < confidence.length && confidence[end] === confidence[end - 1]) end++
    if (confidence.length - end < stratum.pairs) end = confidence.length
    const from = confidence[end - 1]
    const before = open
    while (open < undecided.confidence.length && undecided.confidence[open] >= from) open++
    let hits = 0
    for (let at = start; at < end; at++) hits += right[at]
    const count = end - start
    strata.push({ from, end, right: { hits, misses: count - hits }, weight: (open - before) / count })
    start = end
  }
  return strata
}

/** All known positives of a label, weighted: those in the strata of the absent side, and those suggested as present. */
function positivesOf({ undecided, heldOut, all }: RankedSide, strata: readonly Stratum[]): WeightedSample {
  const sample = new WeightedSample()
  for (const { right, weight } of strata) sample.add(right.misses, 0, weight)
  const misses = strata.reduce((sum, { right }) => sum + right.misses, 0)
  const known = all.known - heldOut.confidence.length
  if (known > 0) sample.add(all.positives - misses, 0, (all.open - undecided.places.length) / known)
  return sample
}

/**
 * An upper bound, at `defaultConfidence`, of the share of a label's undecided positives that a cut loses. Of the n known positives, m
 * lie within the cut, so an equally drawn positive does so with a probability of at most q. If there are r times as many undecided
 * pairs per known pair within the cut as around the other positives, each positive within it counts r times: r q / (1 - q + r q).
 * @param within undecided pairs per known pair within the cut
 */
function lostBound(lost: WeightedSample, positives: WeightedSample, within: number): number {
  const [kept, keptWeight] = [positives.count - lost.count, positives.total - lost.total]
  if (kept === 0 || keptWeight === 0) return 1
  const q = upperBound(lost.count, positives.count)
  const ratio = Math.max(1, within / (keptWeight / kept))
  return (ratio * q) / (1 - q + ratio * q)
}

/** A sample of weighted pairs. */
class WeightedSample {
  #right = 0
  #squares = 0
  count = 0
  total = 0

  add(hits: number, misses: number, weight: number): void {
    this.count += hits + misses
    this.#right += hits * weight
    this.total += (hits + misses) * weight
    this.#squares += (hits + misses) * weight * weight
  }

  /** The weighted share of hits; 0 for an empty sample. */
  get share(): number {
    return this.total > 0 ? this.#right / this.total : 0
  }

  /** The effective sample size (Kish): (Σ w)² / Σ w². */
  get size(): number {
    return this.#squares > 0 ? this.total ** 2 / this.#squares : 0
  }
}

/** The bits of 1 as a float. For floats from 0 to 1, the bits ascend with the value. */
const bitsOfOne = 0x3f800000
const digit = 15
const digits = (1 << digit) - 1

/**
 * Indices of the probabilities of one side, the most confident first. A project has millions, so they are radix-sorted by their
 * bits, fifteen at a time, which takes a fraction of the time of a comparison sort.
 */
function mostConfidentFirst(probabilities: Probabilities, side: Side): Int32Array {
  const bits = new Uint32Array(probabilities.buffer, probabilities.byteOffset, probabilities.length)
  let places = new Int32Array(probabilities.length)
  let keys = new Uint32Array(probabilities.length)
  let count = 0
  for (let at = 0; at < probabilities.length; at++) {
    const p = probabilities[at]
    const isOnSide = side === 'present' ? p >= 0.5 : p < 0.5
    if (!isOnSide) continue
    keys[count] = side === 'present' ? bitsOfOne - bits[at] : bits[at]
    places[count++] = at
  }
  let [movedPlaces, movedKeys] = [new Int32Array(count), new Uint32Array(count)]
  ;[places, keys] = [places.slice(0, count), keys.slice(0, count)]
  const starts = new Uint32Array(digits + 1)
  for (let shift = 0; shift < 2 * digit; shift += digit) {
    starts.fill(0)
    for (let i = 0; i < count; i++) starts[(keys[i] >>> shift) & digits]++
    let start = 0
    for (let value = 0; value <= digits; value++) {
      const size = starts[value]
      starts[value] = start
      start += size
    }
    for (let i = 0; i < count; i++) {
      const to = starts[(keys[i] >>> shift) & digits]++
      movedPlaces[to] = places[i]
      movedKeys[to] = keys[i]
    }
    ;[places, movedPlaces] = [movedPlaces, places]
    ;[keys, movedKeys] = [movedKeys, keys]
  }
  return places
}
