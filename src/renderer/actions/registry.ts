import type { ImageDetail, Label } from '../../preload/schemas.ts'
import { client } from '../bridge/client.ts'
import { labelGroups, nextFocus } from '../image/groups.ts'
import { refreshStaleList } from '../state/events.ts'
import { accept, mark, markMany, markRestAbsent, redo, reject, undo } from '../state/marks.ts'
import { currentIds, queryClient, keys as queryKeys } from '../state/queries.ts'
import { notifyError, openImage, ui } from '../state/ui.ts'
import { texts } from '../texts.ts'
import { assignKeys } from './keys.ts'

export { keyName } from './keys.ts'

export interface Action {
  id: string
  title: string
  /** As `keyOf` writes them. */
  keys: readonly string[]
  group: 'Everywhere' | 'Grid' | 'Image'
  when: () => boolean
  run: () => void
}

const inProject = (): boolean => queryClient.getQueryData(queryKeys.project) != null
const inGrid = (): boolean => inProject() && ui.get().imageId === null
const inImage = (): boolean => inProject() && ui.get().imageId !== null
const isTraining = (): boolean =>
  queryClient
    .getQueryData<{ kind: string; state: string }[]>(queryKeys.jobs)
    ?.some(({ kind, state }) => kind === 'train' && state === 'running') ?? false

export const labelsNow = (): Label[] => queryClient.getQueryData<Label[]>(queryKeys.labels) ?? []

export function detailNow(): ImageDetail | undefined {
  const { imageId } = ui.get()
  return imageId === null ? undefined : queryClient.getQueryData<ImageDetail>(queryKeys.detail(imageId))
}

/** Goes through the list from the open image; stays where the list ends. */
export function step(by: 1 | -1): void {
  const { imageId } = ui.get()
  const ids = currentIds()
  const at = imageId === null ? -1 : ids.indexOf(imageId)
  const next = ids[at + by]
  if (next === undefined) return
  openImage(next)
  ui.set({ cursor: at + by })
}

export function backToGrid(): void {
  const { imageId } = ui.get()
  const at = imageId === null ? -1 : currentIds().indexOf(imageId)
  openImage(null)
  if (at >= 0) ui.set({ cursor: at })
  refreshStaleList()
}

/** The label under the keyboard: the one that was chosen, else the first suggestion. */
export function focusedLabel(): number | null {
  const detail = detailNow()
  const { focusedLabel: chosen, labelSearch, skipped } = ui.get()
  if (!detail) return null
  const groups = labelGroups(labelsNow(), detail, labelSearch)
  return nextFocus(groups, chosen, skipped)
}

function decideFocused(decide: (pairs: { imageId: number; labelId: number }[]) => void): void {
  const detail = detailNow()
  const labelId = focusedLabel()
  if (!detail || labelId === null) return
  if (!detail.allSuggestions.some((one) => one.labelId === labelId)) return
  decide([{ imageId: detail.id, labelId }])
  ui.set({ focusedLabel: null })
}

function moveFocus(by: 1 | -1): void {
  const detail = detailNow()
  if (!detail) return
  const { suggested, known, unknown } = labelGroups(labelsNow(), detail, ui.get().labelSearch)
  const order = [...suggested, ...known, ...unknown].map(({ label }) => label.id)
  const current = focusedLabel()
  const at = current === null ? (by === 1 ? -1 : 0) : order.indexOf(current)
  const next = order[(at + by + order.length) % order.length]
  if (next !== undefined) ui.set({ focusedLabel: next })
}

function skip(): void {
  const detail = detailNow()
  const labelId = focusedLabel()
  if (!detail || labelId === null || !detail.suggestions.some((one) => one.labelId === labelId)) {
    step(1)
    return
  }
  const skipped = new Set(ui.get().skipped).add(labelId)
  ui.set({ skipped, focusedLabel: null })
  if (!detail.suggestions.some((one) => !skipped.has(one.labelId))) step(1)
}

export async function fineTune(): Promise<void> {
  ui.set({ trainingPanel: true })
  try {
    await client.training.start({})
  } catch (error) {
    notifyError(error)
  }
}

/** Every action that has a key; buttons and the sheet of keys read the same list. */
export const actions: readonly Action[] = [
  everywhere('undo', 'Undo', ['mod+z'], () => void undo()),
  everywhere('redo', 'Redo', ['mod+shift+z', 'mod+y'], () => void redo()),
  {
    ...everywhere('fine-tune', texts.training.button, ['mod+Enter'], () => void fineTune()),
    when: () => inProject() && !isTraining(),
  },
  everywhere('export', 'Export', ['mod+e'], () => ui.set({ dialog: 'export' })),
  everywhere('import', 'Import labels', ['mod+i'], () => ui.set({ dialog: 'import' })),
  everywhere('settings', texts.settings.title, ['mod+,'], () => ui.set({ dialog: 'settings' })),
  { ...everywhere('keys', texts.help.title, ['?'], () => ui.set({ dialog: 'keys' })), when: () => true },

  image('next', texts.image.next, ['ArrowRight'], () => step(1)),
  image('previous', texts.image.previous, ['ArrowLeft'], () => step(-1)),
  image('accept', 'Accept the suggestion', ['a'], () => decideFocused(accept)),
  image('reject', 'Reject the suggestion', ['x'], () => decideFocused(reject)),
  image('skip', 'Skip: next suggestion, then next image', [' '], skip),
  image('accept-all', 'Accept all that are suggested here', ['shift+a'], () => {
    const detail = detailNow()
    if (detail) accept(detail.suggestions.map(({ labelId }) => ({ imageId: detail.id, labelId })))
  }),
  image('why', texts.why.action, ['w'], () => ui.set(({ why }) => ({ why: !why }))),
  image('clear', 'Back to unknown', ['Backspace', 'Delete'], () => {
    const detail = detailNow()
    const labelId = focusedLabel()
    if (detail && labelId !== null) mark(detail.id, labelId, 0)
  }),
  image('rest-absent', texts.image.restAbsent, ['r'], () => {
    const detail = detailNow()
    if (!detail) return
    const known = new Set(detail.states.map(({ labelId }) => labelId))
    const rest = labelsNow().filter(({ id }) => !known.has(id))
    markRestAbsent(
      detail.id,
      rest.map(({ id }) => id),
    )
  }),
  image('label-down', 'Next label', ['ArrowDown'], () => moveFocus(1)),
  image('label-up', 'Previous label', ['ArrowUp'], () => moveFocus(-1)),
  image('find', texts.image.find, ['/'], () => document.getElementById('find-label')?.focus()),
  image('fit', texts.image.fit, ['f'], () => zoom('fit')),
  image('actual-size', texts.image.actualSize, ['='], () => zoom('actual')),
  image('zoom-in', texts.image.zoomIn, ['+'], () => zoom('in')),
  image('zoom-out', texts.image.zoomOut, ['-'], () => zoom('out')),
  image('back', texts.image.back, ['Escape'], backToGrid),

  grid('search', texts.workbench.search, ['/'], () => document.getElementById('search-images')?.focus()),
  grid('select-all', 'Select all that are shown', ['mod+a'], () => ui.set({ selection: new Set(currentIds()) })),
  grid('select-none', 'Select none', ['Escape'], () => ui.set({ selection: new Set() })),
]

function everywhere(id: string, title: string, keys: string[], run: () => void): Action {
  return { id, title, keys, group: 'Everywhere', when: inProject, run }
}
function image(id: string, title: string, keys: string[], run: () => void): Action {
  return { id: `image.${id}`, title, keys, group: 'Image', when: inImage, run }
}
function grid(id: string, title: string, keys: string[], run: () => void): Action {
  return { id: `grid.${id}`, title, keys, group: 'Grid', when: inGrid, run }
}

export type ZoomStep = 'fit' | 'actual' | 'in' | 'out'
export const zoomEvent = 'surmise-zoom'

function zoom(detail: ZoomStep): void {
  window.dispatchEvent(new CustomEvent<ZoomStep>(zoomEvent, { detail }))
}

export function action(id: string): Action {
  const found = actions.find((one) => one.id === id)
  if (!found) throw new Error(`There is no action ${id}`)
  return found
}

/** Keys that no label can have. */
export const reservedKeys: ReadonlySet<string> = new Set(
  actions.flatMap(({ keys }) => keys.filter((key) => key.length === 1)),
)

export const keysOfLabels = (labels: readonly Label[]): Map<number, string> => assignKeys(labels, reservedKeys)

/**
 * A label's key marks it present, with Shift absent; once more takes the mark back. In the grid it marks all that is selected.
 * @returns whether the key is that of a label
 */
export function runLabelKey(key: string): boolean {
  const plain = key.replace(/^shift\+/, '')
  if (plain.length !== 1) return false
  const labels = labelsNow()
  const labelId = [...keysOfLabels(labels)].find(([, own]) => own === plain)?.[0]
  if (labelId === undefined) return false
  const wanted = key.startsWith('shift+') ? -1 : 1
  const detail = detailNow()
  if (detail) {
    const current = detail.states.find((state) => state.labelId === labelId)?.state ?? 0
    mark(detail.id, labelId, current === wanted ? 0 : wanted)
    return true
  }
  const { selection } = ui.get()
  if (!inGrid() || selection.size === 0) return false
  markMany(Array.from(selection, (imageId) => ({ imageId, labelId, state: wanted as 1 | -1 })))
  return true
}
