import type { Preferences } from '../../contract/schemas.ts'
import { savePanels } from './preferences.ts'
import { ui, useUi } from './ui.ts'

export type Panel = keyof Preferences['panels']

/** Default, minimum and maximum widths, in CSS pixels. */
export const panelWidths: Record<Panel, { usual: number; least: number; most: number }> = {
  labels: { usual: 256, least: 176, most: 560 },
  image: { usual: 320, least: 264, most: 640 },
}

/** The images always keep this much of the window. */
export const roomForImages = 360

/** @param room the width of the window */
export function widthWithin(panel: Panel, width: number, room: number): number {
  const { least, most } = panelWidths[panel]
  return Math.round(Math.max(least, Math.min(width, most, room - roomForImages)))
}

/** The width on screen: less than the chosen one if the window has become too narrow for it. */
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

/** @param width undefined for the default @param isFinal whether to keep it; while the edge is being dragged, it is only shown */
export function setPanelWidth(panel: Panel, width: number | undefined, isFinal: boolean): void {
  const { [panel]: _, ...others } = ui.get().panels
  const within = width === undefined ? {} : { [panel]: widthWithin(panel, width, ui.get().room) }
  ui.set({ panels: { ...others, ...within } })
  if (isFinal) savePanels()
}
