import type { Preferences } from '../../contract/schemas.ts'
import { savePanels } from './preferences.ts'
import { ui, useUi } from './ui.ts'

export type Panel = keyof Preferences['panels']

/** In CSS pixels: as wide as at first, and what it can be made. */
export const panelWidths: Record<Panel, { usual: number; least: number; most: number }> = {
  labels: { usual: 256, least: 176, most: 560 },
  image: { usual: 320, least: 264, most: 640 },
}

/** The images beside it keep so much of the window. */
export const roomForImages = 360

/** @param room the width of the window */
export function widthWithin(panel: Panel, width: number, room: number): number {
  const { least, most } = panelWidths[panel]
  return Math.round(Math.max(least, Math.min(width, most, room - roomForImages)))
}

/** As it is on the screen: a window that was made narrower since leaves it less than it was given. */
export function usePanelWidth(panel: Panel): number {
  const width = useUi((state) => state.panels[panel]) ?? panelWidths[panel].usual
  const room = useUi((state) => state.room)
  return widthWithin(panel, width, room)
}

export function followWindow(): void {
  const measure = (): void => ui.set({ room: window.innerWidth })
  measure()
  window.addEventListener('resize', measure)
}

/** @param width undefined: as at first @param isFinal kept, else only shown while the edge is on its way */
export function setPanelWidth(panel: Panel, width: number | undefined, isFinal: boolean): void {
  const { [panel]: _, ...others } = ui.get().panels
  const within = width === undefined ? {} : { [panel]: widthWithin(panel, width, ui.get().room) }
  ui.set({ panels: { ...others, ...within } })
  if (isFinal) savePanels()
}
