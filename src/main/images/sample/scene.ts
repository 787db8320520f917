import type { RandomState } from '../../base/random.ts'

/** What a scene can hold, in the order of the project. */
export const sampleLabels = [
  'sun',
  'moon',
  'stars',
  'cloud',
  'bird',
  'sea',
  'boat',
  'beach',
  'snow',
  'fir',
  'tree',
  'flower',
  'house',
  'road',
  'car',
  'dog',
] as const

export type SampleLabel = (typeof sampleLabels)[number]

export type Time = 'day' | 'dusk' | 'night'
export type Place = 'coast' | 'lake' | 'meadow' | 'winter' | 'street'

export interface Scene {
  time: Time
  place: Place
  labels: ReadonlySet<SampleLabel>
}

/** The probability of each label in a daytime scene of this place, so that labels occur together as they do in reality. */
const chances: Record<Place, Partial<Record<SampleLabel, number>>> = {
  coast: { sea: 1, beach: 0.8, boat: 0.6, sun: 0.65, cloud: 0.5, bird: 0.5, tree: 0.15, house: 0.12, dog: 0.2 },
  lake: { sea: 1, fir: 0.75, boat: 0.4, sun: 0.4, cloud: 0.55, bird: 0.25, house: 0.3, snow: 0.12 },
  meadow: { tree: 0.8, flower: 0.75, sun: 0.5, cloud: 0.6, bird: 0.35, dog: 0.35, house: 0.25 },
  winter: { snow: 1, fir: 0.85, cloud: 0.45, sun: 0.3, house: 0.45, dog: 0.2, bird: 0.1, road: 0.1 },
  street: { road: 1, car: 0.8, house: 0.85, tree: 0.55, cloud: 0.5, sun: 0.3, dog: 0.2, flower: 0.2, bird: 0.15 },
}

const placeShares: [Place, number][] = [
  ['coast', 0.26],
  ['lake', 0.14],
  ['meadow', 0.22],
  ['winter', 0.18],
  ['street', 0.2],
]

const timeShares: [Time, number][] = [
  ['day', 0.6],
  ['dusk', 0.17],
  ['night', 0.23],
]

/** Chooses at random a place, a time of day, and what is there. */
export function randomScene(random: RandomState): Scene {
  const place = pick(random, placeShares)
  const time = pick(random, timeShares)
  const labels = new Set<SampleLabel>()
  for (const label of sampleLabels) if (random.random() < chanceOf(label, place, time)) labels.add(label)
  return { place, time, labels }
}

function chanceOf(label: SampleLabel, place: Place, time: Time): number {
  const byDay = chances[place][label] ?? 0
  switch (label) {
    case 'moon':
      return time === 'night' ? 0.75 : time === 'dusk' ? 0.12 : 0
    case 'stars':
      return time === 'night' ? 0.85 : 0
    case 'sun':
      return time === 'day' ? byDay : time === 'dusk' ? 0.8 : 0
    case 'bird':
    case 'dog':
      return time === 'night' ? byDay * 0.3 : byDay
    default:
      return byDay
  }
}

function pick<T>(random: RandomState, shares: readonly [T, number][]): T {
  let left = random.random()
  for (const [item, share] of shares) {
    left -= share
    if (left < 0) return item
  }
  return shares.at(-1)![0]
}
