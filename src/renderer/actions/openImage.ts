import { labelGroups, nextFocus } from '../images/groups.ts'
import { refreshStaleList } from '../state/events.ts'
import { accept, settleMistake } from '../state/marks.ts'
import { currentIds } from '../state/queries.ts'
import { groundOf } from '../state/screen.ts'
import { openImage, showScreen, ui } from '../state/ui.ts'
import { detailNow, imageNow, labelsNow } from './now.ts'

/** Opens the next or previous image of the list; stops at its ends. */
export function step(by: 1 | -1): void {
  const imageId = imageNow()
  const ids = currentIds()
  const at = imageId === null ? -1 : ids.indexOf(imageId)
  const next = ids[at + by]
  if (next === undefined) return
  openImage(next, { stepped: true })
  ui.set({ cursor: at + by })
}

/** Closes the open image and moves the cursor of the list to it. */
export function closeImage(): void {
  const imageId = imageNow()
  const at = imageId === null ? -1 : currentIds().indexOf(imageId)
  showScreen(groundOf(ui.get().screen))
  if (at >= 0) ui.set({ cursor: at })
  refreshStaleList()
}

/** The focused label: the chosen one, otherwise the first suggestion. */
export function focusedLabel(): number | null {
  const detail = detailNow()
  const { focusedLabel: chosen, labelSearch, skipped, sort, settled } = ui.get()
  if (!detail) return null
  const groups = labelGroups(labelsNow(), detail, labelSearch)
  return nextFocus(groups, chosen, skipped, sort.by === 'mistakes', settled)
}

/** Whether reasons are shown: they are switched on, and the focused label has a suggestion. */
export function showsReasons(): boolean {
  const labelId = focusedLabel()
  return ui.get().why && (detailNow()?.allSuggestions.some((one) => one.labelId === labelId) ?? false)
}

export function decideFocused(decide: (pairs: { imageId: number; labelId: number }[]) => void): void {
  const detail = detailNow()
  const labelId = focusedLabel()
  if (!detail || labelId === null) return
  const mistake = detail.mistakes.find((one) => one.labelId === labelId)
  if (mistake) {
    settleMistake(detail.id, mistake, decide === accept)
    ui.set({ focusedLabel: null })
    return
  }
  if (!detail.allSuggestions.some((one) => one.labelId === labelId)) return
  decide([{ imageId: detail.id, labelId }])
  ui.set({ focusedLabel: null })
  goOnWhenDecided()
}

/** Auto-advance: opens the next image, if switched on, once all suggestions are decided or skipped. */
export function goOnWhenDecided(): void {
  const { goesOn, skipped } = ui.get()
  if (goesOn && !detailNow()?.suggestions.some(({ labelId }) => !skipped.has(labelId))) step(1)
}

export function moveFocus(by: 1 | -1): void {
  const detail = detailNow()
  if (!detail) return
  const { disputed, suggested, known, unknown } = labelGroups(labelsNow(), detail, ui.get().labelSearch)
  const order = [...disputed, ...suggested, ...known, ...unknown].map(({ label }) => label.id)
  const current = focusedLabel()
  const at = current === null ? (by === 1 ? -1 : 0) : order.indexOf(current)
  const next = order[(at + by + order.length) % order.length]
  if (next !== undefined) ui.set({ focusedLabel: next })
}

export function skip(): void {
  const detail = detailNow()
  const labelId = focusedLabel()
  const asks = (one: { labelId: number }): boolean => one.labelId === labelId
  if (!detail || labelId === null || !(detail.suggestions.some(asks) || detail.mistakes.some(asks))) {
    step(1)
    return
  }
  const skipped = new Set(ui.get().skipped).add(labelId)
  ui.set({ skipped, focusedLabel: null })
  const { suggestions, mistakes } = detail
  const queue = ui.get().sort.by === 'mistakes' && mistakes.length > 0 ? mistakes : suggestions
  if (!queue.some((one) => !skipped.has(one.labelId))) step(1)
}

export type Pan = 'pan-left' | 'pan-right' | 'pan-up' | 'pan-down'
export type ZoomStep = 'fit' | 'actual' | 'in' | 'out' | 'left' | 'right' | Pan
export const zoomEvent = 'surmise-zoom'

export function zoom(detail: ZoomStep): void {
  window.dispatchEvent(new CustomEvent<ZoomStep>(zoomEvent, { detail }))
}
