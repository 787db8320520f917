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
  /** The code of the error it reports. */
  code?: string
}

/** The state of the screen; none of it is stored in the project. */
export interface Ui {
  line: LineState
  /** Decisions that can’t be saved now, and are sent later. */
  unsaved: number
  screen: Screen
  /** The open dialog. */
  dialog: Dialog | null
  /** The open image was reached from its neighbour: Back doesn't stop at each of them. */
  stepped: boolean
  filter: ImageFilter
  sort: ImageSort
  /** The focused label in the image view. */
  focusedLabel: number | null
  /** The label that was focused last; it stays focused while it is suggested. */
  settled: number | null
  /** Suggestions of the open image that were skipped for now. */
  skipped: ReadonlySet<number>
  /** Whether reasons are shown for the focused label. */
  why: boolean
  /** Auto-advance: whether the next image opens once the last suggestion is decided. */
  goesOn: boolean
  /** The search that narrows down the labels of the open image. */
  labelSearch: string
  /** The images selected in the grid. */
  selection: ReadonlySet<number>
  /** The cursor in the grid: a place in the list. */
  cursor: number
  /** Width of a tile, in CSS pixels. */
  tileSize: number
  theme: Theme
  /** Changed shortcuts, by action id. */
  keyMap: Readonly<Record<string, readonly string[]>>
  /** Changed panel widths (panels.ts). */
  panels: Readonly<Preferences['panels']>
  /** The width of the window, in CSS pixels. */
  room: number
  tourSeen: boolean
  /** The current step of the tour; null outside it. */
  tour: TourStep | null
  /** Whether the personal settings have been loaded, or can't be. */
  preferencesRead: boolean
  /** Whether a project without a model says what to do next. */
  firstSteps: boolean
  trainingPanel: boolean
  notices: Notice[]
  /** Marks being saved, and whether the last one failed. */
  saving: number
  saveFailed: boolean
  /** The question whether a project may read its images was put off. */
  imagesLater: boolean
}

/** The state of an image that has just been opened. */
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

/** Resets the screen for another project: nothing of the one before may show. @param dialog the one that stays open */
export function resetView(dialog: Dialog | null = null): void {
  ui.set({ ...start, dialog, saveFailed: false })
  tryPicturesAgain()
}

let lastGiven = 0

/** @param given what it starts with; a dialog that is already open starts over with it */
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

/** What the open dialog started with. */
export function givenNow(): Given | null {
  const { dialog } = ui.get()
  return dialog === null || dialog.kind === 'label' ? null : (dialog.given ?? null)
}

export function showScreen(screen: Screen): void {
  const isSameImage = openImageId(screen) === openImageId(ui.get().screen)
  ui.set(isSameImage ? { screen } : { ...freshImage, screen })
}

/** Opens an image over the current screen, and closes back to it. */
export function openImage(imageId: number, { stepped = false } = {}): void {
  ui.set(({ screen }) => ({ ...freshImage, screen: { kind: 'image', imageId, over: groundOf(screen) }, stepped }))
}

/** Changes the screen under the open image; without one, the screen itself. */
export function changeGround(ground: Ground): void {
  ui.set(({ screen }) => ({ screen: screen.kind === 'image' ? { ...screen, over: ground } : ground }))
}

/** Focuses the list of images, if it is shown. */
export function focusImages(): void {
  document.querySelector<HTMLElement>('main [role=listbox][aria-multiselectable]')?.focus()
}

let lastNotice = 0

export function notify(
  level: Notice['level'],
  { message, hint = '', code }: { message: string; hint?: string; code?: string },
): void {
  const notice = { id: ++lastNotice, level, message, hint, code }
  // A repeated notice is shown once.
  const isSame = (one: Notice): boolean => one.level === level && one.message === message && one.hint === hint
  ui.set(({ notices }) => ({ notices: [...notices.filter((one) => !isSame(one)).slice(-3), notice] }))
  // A notice that asks for something stays until it is dismissed.
  if (level === 'info') setTimeout(() => dismiss(notice.id), 6_000)
}

/** Says why something can't be done now; pressing the key again doesn't repeat it. */
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
