import type { Probabilities } from '../domain/quantities.ts'
import { type Side, State, stateOf } from '../domain/state.ts'
import { leastToShow, lowerBound, reaches, upperBound } from './binomial.ts'
import { confidenceOf } from './scores.ts'

/** What accepting in bulk promises of every label by itself. Fractions. */
export interface AcceptanceAim {
  /** Of what is accepted, at least this share is right. */
  precision: number
  /** Of a label's undecided positives, at most this share is accepted as absent. */
  maxLost: number
}

export const usualAim: AcceptanceAim = { precision: 0.95, maxLost: 0.02 }

/**
 * Why nothing of a label can be accepted in bulk:
 * `nothing`: nothing undecided is suggested so. `few-known`: too few held-out pairs to show the precision. `unsure`: enough of them, but
 * too many are wrong. `few-positives`: too few held-out positives to show how many would be lost. `loses-positives`: enough of them,
 * but too many would be. `nearly-all`: it would take in nearly every unknown pair of the label, and so tell nothing apart.
 */
export type Refusal = 'nothing' | 'few-known' | 'unsure' | 'few-positives' | 'loses-positives' | 'nearly-all'

/** Suggestions of one label and side that can be accepted in bulk. */
export interface Acceptance {
  /** They are at least this sure: `confidenceOf`, 0.5 … 1; null where none can be accepted. */
  from: number | null
  /** Places of the undecided pairs that it takes in, the surest first. */
  places: Int32Array
  /** Of them, at least this share is right, with `usualConfidence`; NaN of none. */
  precision: number
  /** Absent only: of the label's undecided positives, at most this share is lost, with `usualConfidence`; NaN of none, and for present. */
  lost: number
  /** Held-out pairs that the precision stands on. */
  heldOut: number
  refusal?: {
    reason: Refusal
    /** Known pairs that count here: those of the side, of `few-positives` and `loses-positives` the positives. */
    known: number
    /** Roughly so many more of them would do; null where more alone would not. */
    more: number | null
  }
}

/** One label's suggestions of one side, and what is known to try them on. */
export interface RankedSide {
  undecided: RankedPairs
  /** Known pairs that would have been suggested so. */
  heldOut: HeldOut
  /** Pairs of the label, of either side: undecided, known, and known to be present. */
  all: { open: number; known: number; positives: number }
}

export interface RankedPairs {
  places: Int32Array
  /** `confidenceOf`, falling. */
  sureness: Float64Array
}

export interface HeldOut {
  /** `confidenceOf`, falling. */
  sureness: Float64Array
  /** 1 where the suggestion would have been right. */
  right: Uint8Array
}

/** A rule that takes in at least this share of a label's undecided pairs is refused. */
export const nearlyAll = 0.98

/** The label's suggestions of one side that keep both promises, as many as can be (see `acceptanceOf`). */
export function acceptanceAt(
  probabilities: Probabilities,
  states: Int8Array,
  side: Side,
  aim: AcceptanceAim = usualAim,
): Acceptance {
  return acceptanceOf(rankSide(probabilities, states, side), side, aim)
}

/** @param probabilities of present, [N]; of known pairs from models that never saw them; NaN is left out @param states y, [N]: 1, -1, 0 */
export function rankSide(probabilities: Probabilities, states: Int8Array, side: Side): RankedSide {
  const own = stateOf(side)
  const order = surestFirst(probabilities, side)
  let known = 0
  for (let rank = 0; rank < order.length; rank++) if (states[order[rank]] !== State.unknown) known++
  const open = order.length - known
  const undecided = { places: new Int32Array(open), sureness: new Float64Array(open) }
  const heldOut = { sureness: new Float64Array(known), right: new Uint8Array(known) }
  let [openAt, knownAt] = [0, 0]
  for (let rank = 0; rank < order.length; rank++) {
    const at = order[rank]
    const sureness = confidenceOf(probabilities[at])
    if (states[at] === State.unknown) {
      undecided.places[openAt] = at
      undecided.sureness[openAt++] = sureness
    } else {
      heldOut.sureness[knownAt] = sureness
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
 * The largest set of undecided suggestions of one label and side, the surest first, that keeps what was promised of the label by
 * itself: a lower bound of the share that is right reaches `precision`; and, of absent ones, an upper bound of the share of the
 * label's undecided positives among them stays within `maxLost`. Both bounds are of `usualConfidence`, from held-out pairs of this
 * label alone. The calibrated probabilities have to agree on the average.
 * @param open undecided pairs of the label, where only some of them are ranked
 */
export function acceptanceOf(
  ranked: RankedSide,
  side: Side,
  aim: AcceptanceAim,
  open: number = ranked.all.open,
): Acceptance {
  const { undecided, heldOut, all } = ranked
  const pairs = heldOut.sureness.length
  const refused = (reason: Refusal, known: number, more: number | null): Acceptance => ({
    ...{ from: null, places: undecided.places.subarray(0, 0), precision: Number.NaN, lost: Number.NaN },
    ...{ heldOut: pairs, refusal: { reason, known, more } },
  })
  if (undecided.places.length === 0) return refused('nothing', pairs, null)
  const limitsLoss = side === 'absent'
  const leastPositives = leastToShow(1 - aim.maxLost)
  if (limitsLoss && all.positives < leastPositives) {
    return refused('few-positives', all.positives, leastPositives - all.positives)
  }
  const least = leastToShow(aim.precision)
  if (pairs < least) return refused('few-known', pairs, least - pairs)
  const { cut, isPrecise } = provenCut(ranked, limitsLoss ? aim : { ...aim, maxLost: 1 })
  if (!cut) return isPrecise ? refused('loses-positives', all.positives, null) : refused('unsure', pairs, null)
  if (cut.undecided >= nearlyAll * open) return refused('nearly-all', pairs, null)
  const places = undecided.places.subarray(0, cut.undecided)
  return { from: cut.sureness, places, precision: cut.precision, lost: cut.lost, heldOut: cut.heldOut }
}

/** Down to which sureness the bounds hold, and what they are there. */
export interface ProvenCut {
  sureness: number
  /** Pairs that are at least as sure. */
  undecided: number
  heldOut: number
  /** Bounds, as in `Acceptance`. */
  precision: number
  lost: number
}

/**
 * The lowest cut at which the bounds hold; `isPrecise` says whether that of the precision does at any.
 *
 * Known pairs may have been chosen: asked for because they were doubtful, or shown as examples. So each stands for the undecided
 * pairs that are about as sure: in a stratum s of sureness it weighs U_s / K_s, with U_s undecided and K_s known pairs, and the
 * weighted sample counts as (Σ w)² / Σ w² pairs (Kish). Where known pairs lie as the undecided do, all weigh the same; where they
 * don't, the bounds widen.
 * @param aim `maxLost` 1: however many are lost
 */
export function provenCut(
  ranked: RankedSide,
  { precision, maxLost }: AcceptanceAim,
): { cut?: ProvenCut; isPrecise: boolean } {
  const { sureness } = ranked.undecided
  const limitsLoss = maxLost < 1
  const strata = strataOf(ranked)
  const positives = limitsLoss ? positivesOf(ranked, strata) : undefined
  const [sample, lost] = [new WeightedSample(), new WeightedSample()]
  let cut: ProvenCut | undefined
  let isPrecise = false
  let [undecided, expectedRight] = [0, 0]
  for (const { from, end, right, weight } of strata) {
    while (undecided < sureness.length && sureness[undecided] >= from) expectedRight += sureness[undecided++]
    sample.add(right.hits, right.misses, weight)
    lost.add(right.misses, 0, weight)
    const { share, size } = sample
    if (undecided === 0 || expectedRight < precision * undecided || !reaches(precision, share * size, size)) continue
    isPrecise = true
    const most = positives ? lostBound(lost, positives, undecided / end) : Number.NaN
    if (most > maxLost) continue
    const bound = lowerBound(share * size, size)
    cut = { sureness: from, undecided, heldOut: end, precision: bound, lost: most }
  }
  return { cut, isPrecise }
}

/** Known pairs that are about as sure. */
interface Stratum {
  /** The least sure of them: `confidenceOf`. */
  from: number
  /** Held-out pairs that are at least as sure. */
  end: number
  right: { hits: number; misses: number }
  /** Undecided pairs to one known pair. */
  weight: number
}

/** So many known pairs lie in a stratum, at least; and at least this share of the surer ones, so that there are never many strata. */
const stratum = { pairs: 20, share: 0.05 }

function strataOf({ undecided, heldOut: { sureness, right } }: RankedSide): Stratum[] {
  const strata: Stratum[] = []
  let open = 0
  for (let start = 0; start < sureness.length; ) {
    let end = Math.min(sureness.length, start + Math.max(stratum.pairs, Math.floor(stratum.share * start)))
    // Equally sure pairs are not told apart, and what would be left over is no stratum by itself.
    while (end < sureness.length && sureness[end] === sureness[end - 1]) end++
    if (sureness.length - end < stratum.pairs) end = sureness.length
    const from = sureness[end - 1]
    const before = open
    while (open < undecided.sureness.length && undecided.sureness[open] >= from) open++
    let hits = 0
    for (let at = start; at < end; at++) hits += right[at]
    const count = end - start
    strata.push({ from, end, right: { hits, misses: count - hits }, weight: (open - before) / count })
    start = end
  }
  return strata
}

/** Every known positive, by weight, of a label of which the absent side is looked at: those among its strata, and those beyond. */
function positivesOf({ undecided, heldOut, all }: RankedSide, strata: readonly Stratum[]): WeightedSample {
  const sample = new WeightedSample()
  for (const { right, weight } of strata) sample.add(right.misses, 0, weight)
  const misses = strata.reduce((sum, { right }) => sum + right.misses, 0)
  const known = all.known - heldOut.sureness.length
  if (known > 0) sample.add(all.positives - misses, 0, (all.open - undecided.places.length) / known)
  return sample
}

/**
 * The largest share of a label's undecided positives that a cut may lose, with `usualConfidence`. Of the known positives m of n lie
 * within it, so at most q of all that were drawn so would. Where undecided pairs are r times as many to one known pair within the cut
 * as they are around the other positives, each that lies there stands for r others: r q / (1 - q + r q).
 * @param within undecided pairs to one known pair, within the cut
 */
function lostBound(lost: WeightedSample, positives: WeightedSample, within: number): number {
  const [kept, keptWeight] = [positives.count - lost.count, positives.total - lost.total]
  if (kept === 0 || keptWeight === 0) return 1
  const q = upperBound(lost.count, positives.count)
  const ratio = Math.max(1, within / (keptWeight / kept))
  return (ratio * q) / (1 - q + ratio * q)
}

/** Pairs of different weight. */
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

  /** Of all, by weight; 0 of none. */
  get share(): number {
    return this.total > 0 ? this.#right / this.total : 0
  }

  /** So many pairs of equal weight would tell as much: (Σ w)² / Σ w². */
  get size(): number {
    return this.#squares > 0 ? this.total ** 2 / this.#squares : 0
  }
}

/** The bits of 1 as a float: those of smaller numbers that are not negative are below, and rise with them. */
const bitsOfOne = 0x3f800000
const digit = 15
const digits = (1 << digit) - 1

/**
 * Places of the probabilities of one side. Sorted by their bits, fifteen at a time: a project has millions, and this takes a
 * fraction of the time that comparing them would.
 */
function surestFirst(probabilities: Probabilities, side: Side): Int32Array {
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
