import { countKnown, countsByLabel } from '../domain/labelMatrix.ts'
import { type Known, State } from '../domain/state.ts'
/** The nearest images of each image by cosine: indices and similarities, row-major [N, count]. */
export interface Neighbours {
  count: number
  places: Int32Array
  similarities: Float32Array
}

/** The largest number of voters for one label of an image. */
const maxVoters = 60
/** How strongly the weight grows with similarity: e^(sharpness · cosine). */
const sharpness = 10
/** The label's base rate counts as this many voters of this similarity. */
const prior = { voters: 2, similarity: 0.3 }

/**
 * The cross-image vote (METHOD 4, cross): for each image and label, the nearest images where the label is known vote, weighted by
 * similarity, and the result is shrunk towards the label's base rate. An image never votes for itself.
 * @param neighbours of the N images, among the same N images
 * @param states y, row-major N×C
 * @returns log odds, N×C
 */
export function neighbourVote(neighbours: Neighbours, states: Int8Array, labels: number): Float32Array {
  const rows = states.length / labels
  const baseRates = labelRates(states, labels)
  const { starts, known } = knownLabels(states, labels)
  const odds = new Float32Array(rows * labels)
  const present = new Float64Array(labels)
  const total = new Float64Array(labels)
  const votes = new Int32Array(labels)
  const priorWeight = prior.voters * Math.exp(sharpness * prior.similarity)
  for (let row = 0; row < rows; row++) {
    present.fill(0)
    total.fill(0)
    votes.fill(0)
    for (let n = 0; n < neighbours.count; n++) {
      const other = neighbours.places[row * neighbours.count + n]
      if (other === row) continue
      const weight = Math.exp(sharpness * neighbours.similarities[row * neighbours.count + n])
      for (let i = starts[other]; i < starts[other + 1]; i++) {
        const label = known[i]
        if (votes[label] === maxVoters) continue
        votes[label]++
        total[label] += weight
        if (states[other * labels + label] === State.present) present[label] += weight
      }
    }
    for (let label = 0; label < labels; label++) {
      const share = (present[label] + priorWeight * baseRates[label]) / (total[label] + priorWeight)
      odds[row * labels + label] = Math.log(share / (1 - share))
    }
  }
  return odds
}

/**
 * The known labels of each image, as compressed rows: with many labels most are unknown, and visiting them would take most of the
 * time.
 * @returns where each image's labels start, [N + 1], and the labels
 */
function knownLabels(states: Int8Array, labels: number): { starts: Int32Array; known: Int32Array } {
  const starts = new Int32Array(states.length / labels + 1)
  const known = new Int32Array(countKnown(states))
  let next = 0
  for (let row = 0; row + 1 < starts.length; row++) {
    for (let label = 0; label < labels; label++)
      if (states[row * labels + label] !== State.unknown) known[next++] = label
    starts[row + 1] = next
  }
  return { starts, known }
}

/** An image that votes on a label of another one. */
export interface Voter {
  /** Its index among the N images */
  place: number
  /** Cosine, -1 … 1 */
  similarity: number
  state: Known
}

/**
 * The images that vote on one entry in `neighbourVote`, the nearest first.
 * @param nearest of the one image, among the N images, the nearest first
 * @param row the image itself, which doesn't vote
 * @param states y, row-major N×C
 */
export function votersOf(
  nearest: Pick<Neighbours, 'places' | 'similarities'>,
  row: number,
  states: Int8Array,
  labels: number,
  label: number,
): Voter[] {
  const voters: Voter[] = []
  for (let n = 0; n < nearest.places.length && voters.length < maxVoters; n++) {
    const place = nearest.places[n]
    const state = states[place * labels + label]
    if (place === row || state === State.unknown) continue
    voters.push({
      place,
      similarity: nearest.similarities[n],
      state: state === State.present ? State.present : State.absent,
    })
  }
  return voters
}

/** The share of present among each label's known entries, kept away from 0 and 1, [C] */
export function labelRates(states: Int8Array, labels: number): Float64Array {
  const { present, absent } = countsByLabel({ states, labels })
  return Float64Array.from(present, (count, label) => (count + 0.5) / (count + absent[label] + 1))
}
