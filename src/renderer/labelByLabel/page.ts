import type { StateName } from '../../contract/state.ts'

/** What a confirmed page says of an image. */
export type Said = StateName

/** One page of images of which a label is undecided. */
export interface Page {
  ids: readonly number[]
  /** That the label is present, falling; null where the model says nothing: at the end. */
  probabilities: readonly (number | null)[]
  /** So many from the start are present, unless something else was said of them. */
  cut: number
  /** What each is by the cut. Where neither a model nor a cut that was moved says anything, it stays open. */
  proposed: readonly Said[]
}

/**
 * The page that begins at a place of the list, the surest present first: whatever the order of the list, the cut goes between
 * those that are present and those that are not.
 * @param moved where the cut was moved to; null: where the model puts it
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
 * What each image of the page is, in its order.
 * @param said of single images, against the cut
 * @param unseen images whose picture did not come: nothing is said of them
 */
export function saidOf({ ids, proposed }: Page, said: ReadonlyMap<number, Said>, unseen: ReadonlySet<number>): Said[] {
  return ids.map((id, place) => (unseen.has(id) ? 'unknown' : (said.get(id) ?? proposed[place])))
}

/** Present and absent by turns; what was left open is decided. */
export const flipped = (said: Said): Said => (said === 'present' ? 'absent' : 'present')

/** What a confirmation of the page sends. */
export function decisionsOf(
  page: Page,
  said: ReadonlyMap<number, Said>,
  unseen: ReadonlySet<number>,
): { present: number[]; absent: number[] } {
  const all = saidOf(page, said, unseen)
  const those = (wanted: Said): number[] => page.ids.filter((_, place) => all[place] === wanted)
  return { present: those('present'), absent: those('absent') }
}
