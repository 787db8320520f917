import { create } from 'zustand'
import type { CandidateOrder, Candidates, ImageFilter, Label, ProjectSummary } from '../../contract/schemas.ts'
import { client } from '../bridge/client.ts'
import { decisionsOf, flipped, type ReviewScreen, type Said, saidOf, screenAt } from '../review/screen.ts'
import { saved } from './marks.ts'
import { sendOnce } from './outbox.ts'
import { usePictures } from './pictures.ts'
import { keys, queryClient } from './queries.ts'
import { remember, remembered } from './remembered.ts'
import { notifyError, openImage, ui } from './ui.ts'

/** Candidates of one call: some dozens of screens. */
const mostAtOnce = 2000

interface Place {
  /** Of the list, where the screen begins. */
  start: number
  /** Where the cut was moved to; null: where the model puts it. */
  cut: number | null
  /** What was said of single images. */
  said: ReadonlyMap<number, Said>
  /** A place of the screen. */
  cursor: number
}

interface Review extends Place {
  /** Null until it is there. */
  list: Candidates | null
  order: CandidateOrder
  /** Images of one screen. */
  size: number
  columns: number
  /** Screens that were confirmed from this list, the last one at the end. */
  past: (Place & { title: string; decided: number })[]
  /** Since the screen was opened. */
  decided: number
  since: number
  busy: boolean
}

const fresh: Place = { start: 0, cut: null, said: new Map(), cursor: 0 }

export const useReview = create<Review>(() => ({
  ...fresh,
  list: null,
  order: 'present',
  size: 24,
  columns: 6,
  past: [],
  decided: 0,
  since: 0,
  busy: false,
}))

export const review = { get: useReview.getState, set: useReview.setState }

/** From the grid or from an image: one label, many images. */
export function openReview(labelId: number): void {
  openImage(null)
  ui.set({ reviewedLabel: labelId, modelPage: false, selection: new Set() })
  const order = remembered<CandidateOrder>('review.order', 'present')
  review.set({ ...fresh, order, list: null, past: [], decided: 0, since: Date.now() })
  void load()
}

export function closeReview(): void {
  ui.set({ reviewedLabel: null })
}

export function orderBy(order: CandidateOrder): void {
  remember('review.order', order)
  review.set({ ...fresh, order, list: null, past: [] })
  void load()
}

/** Asks for the candidates as they are now, and begins at the first. */
export async function load(): Promise<void> {
  const { reviewedLabel: labelId, filter } = ui.get()
  const { order } = review.get()
  if (labelId === null) return
  try {
    const list = await client.candidates.list({ labelId, order, filter: besides(filter), limit: mostAtOnce })
    // Somebody may have gone on to another label meanwhile.
    if (ui.get().reviewedLabel === labelId && review.get().order === order) review.set({ ...fresh, list, past: [] })
  } catch (error) {
    notifyError(error)
    closeReview()
  }
}

/** Of the filter of the grid: where to look, not what is known. */
const besides = ({ text, folder, labels }: ImageFilter): ImageFilter => ({ text, folder, labels })

export function reviewScreen({
  list,
  start,
  size,
  cut,
}: Pick<Review, 'list' | 'start' | 'size' | 'cut'>): ReviewScreen {
  return screenAt(list ?? { ids: [], probabilities: [] }, start, size, cut)
}

export function moveCut(by: number): void {
  const screen = reviewScreen(review.get())
  review.set({ cut: Math.min(screen.ids.length, Math.max(0, screen.cut + by)) })
}

export function say(imageId: number, what: Said): void {
  review.set(({ said }) => ({ said: new Map(said).set(imageId, what) }))
}

/** Of the image under the keyboard. */
export function sayHere(what: Said | 'other'): void {
  const { cursor, said } = review.get()
  const screen = reviewScreen(review.get())
  const id = screen.ids[cursor]
  if (id === undefined) return
  say(id, what === 'other' ? flipped(saidOf(screen, said, usePictures.getState().failed)[cursor]) : what)
}

/** Of all on the screen that would stay open. */
export function sayRestAbsent(): void {
  const screen = reviewScreen(review.get())
  const said = new Map(review.get().said)
  for (const [place, what] of saidOf(screen, said, usePictures.getState().failed).entries())
    if (what === 'unknown') said.set(screen.ids[place], 'absent')
  review.set({ said })
}

/** On to the next screen without a word about this one. */
export function pass(by: 1 | -1): void {
  const { start, size, list } = review.get()
  const next = start + by * size
  if (!list || next < 0 || (by === 1 && next >= list.ids.length)) return
  review.set({ ...fresh, start: next })
}

/** Decides the whole screen: one action. The next one is there at once; what can't be saved comes back. */
export async function confirm(): Promise<void> {
  const { reviewedLabel: labelId } = ui.get()
  const { list, busy, start, cut, said, cursor } = review.get()
  const screen = reviewScreen(review.get())
  if (labelId === null || !list || busy || screen.ids.length === 0) return
  const { present, absent } = decisionsOf(screen, said, usePictures.getState().failed)
  const after = start + screen.ids.length
  const before = { start, cut, said, cursor }
  review.set({ ...fresh, start: after, busy: true })
  if (present.length + absent.length > 0) {
    const result = await saved(sendOnce((sent) => client.candidates.confirm({ labelId, present, absent, sent })))
    if (ui.get().reviewedLabel !== labelId) return
    if (!result) {
      review.set({ ...before, busy: false })
      return
    }
    review.set(({ past, decided }) => ({
      past: [...past, { ...before, title: result.title, decided: result.changed }],
      decided: decided + result.changed,
    }))
  }
  // Beyond the end of the list there may be more that were not asked for.
  if (after >= list.ids.length) await load()
  review.set({ busy: false })
}

/** An undo leads back to the screen that it opened; of anything else that changed, the list is asked for again. */
export function followHistory(title: string | undefined): void {
  if (title === undefined || ui.get().reviewedLabel === null) return
  const { past, decided } = review.get()
  const last = past.at(-1)
  const redoTitle = queryClient.getQueryData<ProjectSummary | null>(keys.project)?.redoTitle
  if (last?.title !== title || redoTitle !== title) {
    void load()
    return
  }
  const { title: _, decided: taken, ...place } = last
  review.set({ ...place, past: past.slice(0, -1), decided: decided - taken })
}

export function openCandidate(): void {
  const id = reviewScreen(review.get()).ids[review.get().cursor]
  if (id !== undefined) openImage(id)
}

/** The label with the fewest decisions: where there is most to do. */
export function leastDecided(labels: readonly Label[]): Label | undefined {
  const decided = ({ presentCount, absentCount }: Label): number => presentCount + absentCount
  return labels.toSorted((a, b) => decided(a) - decided(b))[0]
}
