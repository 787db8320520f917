import { create } from 'zustand'
import type { ErrorReport, ImageFilter, ImageSort, Preferences } from '../../contract/schemas.ts'
import { type LineState, reportOf } from '../bridge/client.ts'
import type { Dialog, DialogName, Given } from './dialog.ts'
import { tryPicturesAgain } from './pictures.ts'
import { type Ground, grid, groundOf, openImageId, type Screen } from './screen.ts'
import type { TourStep } from './tour.ts'

export type Theme = 'system' | 'light' | 'dark'

export interface Notice {
  id: number
  level: 'info' | 'warning' | 'error'
  message: string
  hint: string
  /** Of the error that it tells. */
  code?: string
}

/** What is on the screen: nothing of it is in the project. */
export interface Ui {
  line: LineState
  /** Decisions that can’t be saved now: they are sent later. */
  unsaved: number
  screen: Screen
  /** What lies over the screen. */
  dialog: Dialog | null
  /** The open image was reached from the one beside it: the way back does not stop at each. */
  stepped: boolean
  filter: ImageFilter
  sort: ImageSort
  /** The label under the keyboard in the image view. */
  focusedLabel: number | null
  /** The one that was shown under it last, and stays while it is suggested. */
  settled: number | null
  /** Suggestions of the open image that were passed over for now. */
  skipped: ReadonlySet<number>
  /** Whether reasons are shown for the label under the keyboard. */
  why: boolean
  /** Whether the next image opens by itself when the last suggestion is decided. */
  goesOn: boolean
  /** What the labels of the open image are narrowed down to. */
  labelSearch: string
  /** Chosen in the grid. */
  selection: ReadonlySet<number>
  /** Where the keyboard is in the grid: a place in the list. */
  cursor: number
  /** Width of a tile, in CSS pixels. */
  tileSize: number
  theme: Theme
  /** Keys that a person has chosen, by the id of an action. */
  keyMap: Readonly<Record<string, readonly string[]>>
  /** Widths that a person has given panels (panels.ts). */
  panels: Readonly<Preferences['panels']>
  /** The width of the window, in CSS pixels. */
  room: number
  tourSeen: boolean
  /** Where in the tour one is; null: not in it. */
  tour: TourStep | null
  /** Whether what a person has set up is here, or can't be had. */
  preferencesRead: boolean
  /** Whether a project that nothing was learnt from yet says what to do next. */
  firstSteps: boolean
  trainingPanel: boolean
  notices: Notice[]
  /** Marks under way, and whether the last one failed. */
  saving: number
  saveFailed: boolean
  /** Whether a project may read its images is decided later. */
  imagesLater: boolean
}

/** Of an image that was just opened. */
const freshImage = {
  stepped: false,
  focusedLabel: null,
  settled: null,
  skipped: new Set<number>(),
  labelSearch: '',
} satisfies Partial<Ui>

const start = {
  ...freshImage,
  screen: grid,
  filter: {},
  sort: { by: 'path' },
  why: false,
  selection: new Set<number>(),
  cursor: 0,
  trainingPanel: false,
  imagesLater: false,
} satisfies Partial<Ui>

export const useUi = create<Ui>(() => ({
  ...start,
  line: 'lost',
  unsaved: 0,
  dialog: null,
  tour: null,
  goesOn: false,
  firstSteps: true,
  tileSize: 184,
  theme: 'system',
  keyMap: {},
  panels: {},
  room: 1280,
  tourSeen: false,
  preferencesRead: false,
  notices: [],
  saving: 0,
  saveFailed: false,
}))

export const ui = { get: useUi.getState, set: useUi.setState }

/** Another project: nothing of the one before may show. @param dialog the one that stays open */
export function resetView(dialog: Dialog | null = null): void {
  ui.set({ ...start, dialog, saveFailed: false })
  tryPicturesAgain()
}

let lastGiven = 0

/** @param given what it begins with; a dialog that is open already begins anew with it */
export function openDialog(kind: DialogName, given?: Omit<Given, 'id'>): void {
  ui.set({ dialog: given ? { kind, given: { ...given, id: ++lastGiven } } : { kind } })
}

/** @param labelId null for a new label */
export function editLabel(labelId: number | null): void {
  ui.set({ dialog: { kind: 'label', labelId } })
}

export function closeDialog(): void {
  ui.set({ dialog: null })
}

/** What the open dialog was given to begin with. */
export function givenNow(): Given | null {
  const { dialog } = ui.get()
  return dialog === null || dialog.kind === 'label' ? null : (dialog.given ?? null)
}

export function showScreen(screen: Screen): void {
  const isSameImage = openImageId(screen) === openImageId(ui.get().screen)
  ui.set(isSameImage ? { screen } : { ...freshImage, screen })
}

/** Opens an image over what is there, and closes back to it. */
export function openImage(imageId: number, { stepped = false } = {}): void {
  ui.set(({ screen }) => ({ ...freshImage, screen: { kind: 'image', imageId, over: groundOf(screen) }, stepped }))
}

/** Changes what an open image closes to; without one, what is there. */
export function changeGround(ground: Ground): void {
  ui.set(({ screen }) => ({ screen: screen.kind === 'image' ? { ...screen, over: ground } : ground }))
}

/** Gives the keyboard to the list of images, if it is shown. */
export function focusImages(): void {
  document.querySelector<HTMLElement>('main [role=listbox][aria-multiselectable]')?.focus()
}

let lastNotice = 0

export function notify(
  level: Notice['level'],
  { message, hint = '', code }: { message: string; hint?: string; code?: string },
): void {
  const notice = { id: ++lastNotice, level, message, hint, code }
  // The same once more is one notice, and not another.
  const isSame = (one: Notice): boolean => one.level === level && one.message === message && one.hint === hint
  ui.set(({ notices }) => ({ notices: [...notices.filter((one) => !isSame(one)).slice(-3), notice] }))
  // What a person has to act on stays until it was read.
  if (level === 'info') setTimeout(() => dismiss(notice.id), 6_000)
}

/** Why something can't be done now; pressed again, it is not said twice. */
export function notifyOnce(message: string | null): void {
  if (message !== null) notify('info', { message })
}

export function dismiss(id: number): void {
  ui.set(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }))
}

export function notifyError(error: unknown): ErrorReport {
  const report = reportOf(error)
  notify('error', report)
  return report
}
