import type { StateName } from '../../contract/state.ts'

/** What confirming the page says about an image. */
export type Said = StateName

/** A page of images in which a label is undecided. */
export interface Page {
  ids: readonly number[]
  /** Probability of present, descending; null, at the end, without a score. */
  probabilities: readonly (number | null)[]
  /** The cutoff: this many from the start are present, unless changed individually. */
  cut: number
  /** What the cutoff says about each. Without a score or a moved cutoff, it stays unknown. */
  proposed: readonly Said[]
}

/**
 * The page that starts at a place in the list, most probable first: whatever the order of the list, the cutoff separates present from
 * the rest.
 * @param moved where the cutoff was moved to; null for the model's
 */
export function pageAt(
  list: { ids: readonly number[]; probabilities: readonly (number | null)[] },
  start: number,
  size: number,
  moved: number | null,
): Page {
  const places = Array.from({ length: Math.max(0, Math.min(size, list.ids.length - start)) }, (_, i) => start + i)
  const sure = (place: number): number => list.probabilities[place] ?? -1
  places.sort((a, b) => sure(b) - sure(a) || a - b)
  const suggested = places.filter((place) => sure(place) >= 0.5).length
  const cut = Math.min(moved ?? suggested, places.length)
  const probabilities = places.map((place) => list.probabilities[place])
  const beyond = (probability: number | null): Said => (probability === null && moved === null ? 'unknown' : 'absent')
  return {
    ids: places.map((place) => list.ids[place]),
    probabilities,
    cut,
    proposed: probabilities.map((probability, place) => (place < cut ? 'present' : beyond(probability))),
  }
}

/**
 * What is said about each image of the page, in order.
 * @param said changes of single images, overriding the cutoff
 * @param unseen images that couldn't be shown: nothing is said about them
 */
export function saidOf({ ids, proposed }: Page, said: ReadonlyMap<number, Said>, unseen: ReadonlySet<number>): Said[] {
  return ids.map((id, place) => (unseen.has(id) ? 'unknown' : (said.get(id) ?? proposed[place])))
}

/** Toggles present and absent; unknown becomes present. */
export const flipped = (said: Said): Said => (said === 'present' ? 'absent' : 'present')

/** The decisions that confirming the page sends. */
export function decisionsOf(
  page: Page,
  said: ReadonlyMap<number, Said>,
  unseen: ReadonlySet<number>,
): { present: number[]; absent: number[] } {
  const all = saidOf(page, said, unseen)
  const those = (wanted: Said): number[] => page.ids.filter((_, place) => all[place] === wanted)
  return { present: those('present'), absent: those('absent') }
}
