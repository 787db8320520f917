import { create } from 'zustand'
import type { ImageFilter, Label, LabelByLabelList, LabelByLabelOrder, ProjectSummary } from '../../contract/schemas.ts'
import { client } from '../bridge/client.ts'
import { saved } from '../state/marks.ts'
import { sendOnce } from '../state/outbox.ts'
import { usePictures } from '../state/pictures.ts'
import { keys, queryClient } from '../state/queries.ts'
import { remember, remembered } from '../state/remembered.ts'
import { grid, labelByLabelId } from '../state/screen.ts'
import { changeGround, notifyError, openImage, showScreen, ui, useUi } from '../state/ui.ts'
import { decisionsOf, flipped, type Page, pageAt, type Said, saidOf } from './page.ts'

/** Images per call: a few dozen pages. */
const mostAtOnce = 2000

interface Place {
  /** Where in the list the page starts. */
  start: number
  /** Where the cutoff was moved to; null for the model's. */
  cut: number | null
  /** Changes of single images. */
  said: ReadonlyMap<number, Said>
  /** A place on the page. */
  cursor: number
}

interface LabelByLabel extends Place {
  /** Null until it has loaded. */
  list: LabelByLabelList | null
  order: LabelByLabelOrder
  /** Images per page. */
  size: number
  columns: number
  /** The confirmed pages of this list, latest last. */
  past: (Place & { title: string; decided: number })[]
  /** Since the screen was opened. */
  decided: number
  since: number
  busy: boolean
}

const fresh: Place = { start: 0, cut: null, said: new Map(), cursor: 0 }

export const useLabelByLabel = create<LabelByLabel>(() => ({
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

export const labelByLabel = { get: useLabelByLabel.getState, set: useLabelByLabel.setState }

/** Opens label by label from the grid or from an image. If the label is already open, it starts over. */
export function openLabelByLabel(labelId: number): void {
  const isSame = labelIdNow() === labelId
  showScreen({ kind: 'labelByLabel', labelId })
  if (isSame) begin()
}

const labelIdNow = (): number | null => labelByLabelId(ui.get().screen)

// However the screen was reached, including Back and an address.
useUi.subscribe((now, before) => {
  const labelId = labelByLabelId(now.screen)
  if (labelId !== null && labelId !== labelByLabelId(before.screen)) begin()
})

function begin(): void {
  ui.set({ selection: new Set() })
  const order = remembered('labelByLabel.order', remembered<LabelByLabelOrder>('review.order', 'present'))
  labelByLabel.set({ ...fresh, order, list: null, past: [], decided: 0, since: Date.now() })
  void load()
}

export function closeLabelByLabel(): void {
  changeGround(grid)
}

export function orderBy(order: LabelByLabelOrder): void {
  remember('labelByLabel.order', order)
  labelByLabel.set({ ...fresh, order, list: null, past: [] })
  void load()
}

/** Fetches the currently undecided images, and starts at the first. */
export async function load(): Promise<void> {
  const labelId = labelIdNow()
  const { filter } = ui.get()
  const { order } = labelByLabel.get()
  if (labelId === null) return
  try {
    const list = await client.labelByLabel.list({ labelId, order, filter: besides(filter), limit: mostAtOnce })
    // Another label may have been opened meanwhile.
    if (labelIdNow() === labelId && labelByLabel.get().order === order) labelByLabel.set({ ...fresh, list, past: [] })
  } catch (error) {
    notifyError(error)
    closeLabelByLabel()
  }
}

/** The parts of the grid's filter that say where to look. */
const besides = ({ text, folder, labels }: ImageFilter): ImageFilter => ({ text, folder, labels })

export function pageOf({ list, start, size, cut }: Pick<LabelByLabel, 'list' | 'start' | 'size' | 'cut'>): Page {
  return pageAt(list ?? { ids: [], probabilities: [] }, start, size, cut)
}

export function moveCut(by: number): void {
  const page = pageOf(labelByLabel.get())
  labelByLabel.set({ cut: Math.min(page.ids.length, Math.max(0, page.cut + by)) })
}

export function say(imageId: number, what: Said): void {
  labelByLabel.set(({ said }) => ({ said: new Map(said).set(imageId, what) }))
}

/** Says something about the focused image. */
export function sayHere(what: Said | 'other'): void {
  const { cursor, said } = labelByLabel.get()
  const page = pageOf(labelByLabel.get())
  const id = page.ids[cursor]
  if (id === undefined) return
  say(id, what === 'other' ? flipped(saidOf(page, said, usePictures.getState().failed)[cursor]) : what)
}

/** Says absent about all on the page that would stay unknown. */
export function sayRestAbsent(): void {
  const page = pageOf(labelByLabel.get())
  const said = new Map(labelByLabel.get().said)
  for (const [place, what] of saidOf(page, said, usePictures.getState().failed).entries())
    if (what === 'unknown') said.set(page.ids[place], 'absent')
  labelByLabel.set({ said })
}

/** Goes to the next or previous page without deciding this one. */
export function pass(by: 1 | -1): void {
  const { start, size, list } = labelByLabel.get()
  const next = start + by * size
  if (!list || next < 0 || (by === 1 && next >= list.ids.length)) return
  labelByLabel.set({ ...fresh, start: next })
}

/** Decides the whole page as one action. The next page shows at once; if saving fails, this one comes back. */
export async function confirm(): Promise<void> {
  const labelId = labelIdNow()
  const { list, busy, start, cut, said, cursor } = labelByLabel.get()
  const page = pageOf(labelByLabel.get())
  if (labelId === null || !list || busy || page.ids.length === 0) return
  const { present, absent } = decisionsOf(page, said, usePictures.getState().failed)
  const after = start + page.ids.length
  const before = { start, cut, said, cursor }
  labelByLabel.set({ ...fresh, start: after, busy: true })
  if (present.length + absent.length > 0) {
    const result = await saved(sendOnce((sent) => client.labelByLabel.confirm({ labelId, present, absent, sent })))
    if (labelIdNow() !== labelId) return
    if (!result) {
      labelByLabel.set({ ...before, busy: false })
      return
    }
    labelByLabel.set(({ past, decided }) => ({
      past: [...past, { ...before, title: result.title, decided: result.changed }],
      decided: decided + result.changed,
    }))
  }
  // There may be more images beyond the end of the fetched list.
  if (after >= list.ids.length) await load()
  labelByLabel.set({ busy: false })
}

/** An undo leads back to the page it reverts; after any other change, the list is fetched again. */
export function followHistory(title: string | undefined): void {
  if (title === undefined || labelIdNow() === null) return
  const { past, decided } = labelByLabel.get()
  const last = past.at(-1)
  const redoTitle = queryClient.getQueryData<ProjectSummary | null>(keys.project)?.redoTitle
  if (last?.title !== title || redoTitle !== title) {
    void load()
    return
  }
  const { title: _, decided: taken, ...place } = last
  labelByLabel.set({ ...place, past: past.slice(0, -1), decided: decided - taken })
}

export function openFromPage(): void {
  const id = pageOf(labelByLabel.get()).ids[labelByLabel.get().cursor]
  if (id !== undefined) openImage(id)
}

/** The label with the fewest decisions, where most is left to do. */
export function leastDecided(labels: readonly Label[]): Label | undefined {
  const decided = ({ presentCount, absentCount }: Label): number => presentCount + absentCount
  return labels.toSorted((a, b) => decided(a) - decided(b))[0]
}
