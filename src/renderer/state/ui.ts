import { create } from 'zustand'
import type { ErrorReport, ImageFilter, ImageSort, Preferences } from '../../contract/schemas.ts'
import { type LineState, reportOf } from '../bridge/client.ts'
import { tryPicturesAgain } from './pictures.ts'
import type { TourStep } from './tour.ts'

export const dialogNames = [
  'export',
  'export-model',
  'report',
  'import',
  'merge',
  'settings',
  'keys',
  'palette',
  'bulk',
  'history',
  'progress',
  'backups',
  'new-project',
  'open-project',
  'doctor',
  'backbones',
  'relocate',
  'names',
] as const
export type DialogName = (typeof dialogNames)[number]
/** What a dialog begins with. */
export interface Given {
  id: number
  path: string | null
  /** Worth knowing before one goes on. */
  note: string | null
  /** What came of it so far. */
  error?: ErrorReport
}
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
  dialog: DialogName | null
  /** What the open dialog begins with, where that was dropped into the window. */
  given: Given | null
  /** The label whose properties are open; 0 for a new one. */
  editedLabel: number | null
  /** The open image; null: the grid. */
  imageId: number | null
  /** It was gone on to from the one beside it: the way back does not stop at each. */
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
  /** Whether the model page is there in the place of the grid, and the version on it; null: the one that suggests. */
  modelPage: boolean
  shownModel: number | null
  /** The label that is gone through image by image, in the place of the grid. */
  labelByLabelId: number | null
  notices: Notice[]
  /** Marks under way, and whether the last one failed. */
  saving: number
  saveFailed: boolean
  /** Whether a project may read its images is decided later. */
  imagesLater: boolean
}

const start = {
  imageId: null,
  stepped: false,
  filter: {},
  sort: { by: 'path' },
  focusedLabel: null,
  settled: null,
  skipped: new Set<number>(),
  why: false,
  labelSearch: '',
  selection: new Set<number>(),
  cursor: 0,
  trainingPanel: false,
  modelPage: false,
  shownModel: null,
  labelByLabelId: null,
  editedLabel: null,
  imagesLater: false,
} satisfies Partial<Ui>

export const useUi = create<Ui>(() => ({
  ...start,
  line: 'lost',
  unsaved: 0,
  dialog: null,
  given: null,
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
export function resetView(dialog: DialogName | null = null): void {
  ui.set({ ...start, dialog, saveFailed: false })
  tryPicturesAgain()
}

let lastGiven = 0

export function openDialog(dialog: DialogName, given: Omit<Given, 'id'>): void {
  ui.set({ dialog, given: { ...given, id: ++lastGiven }, editedLabel: null })
}

// It is for the dialog that it was given to, and for no later one.
useUi.subscribe((now, before) => {
  if (now.dialog !== before.dialog && now.given !== null && now.given === before.given) ui.set({ given: null })
})

export function openImage(imageId: number | null, { stepped = false } = {}): void {
  ui.set({ imageId, stepped, focusedLabel: null, settled: null, skipped: new Set(), labelSearch: '' })
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
