import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

const schema = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(480).max(20_000),
  height: z.int().min(320).max(20_000),
  maximized: z.boolean(),
})

export type WindowState = z.infer<typeof schema>
type Area = Pick<WindowState, 'x' | 'y' | 'width' | 'height'>

const usual = { width: 1280, height: 840 }

/**
 * The window's last position and size, if it would still be visible there.
 * @param screens the areas of the present screens; one may have been unplugged
 */
export function readWindowState(file: string, screens: readonly Area[]): Partial<WindowState> & typeof usual {
  try {
    const state = schema.parse(JSON.parse(readFileSync(file, 'utf8')))
    const reachable = screens.some((screen) => overlap(screen, state) >= 0.25)
    const { width, height, maximized } = state
    return reachable ? state : { width, height, maximized }
  } catch {
    return usual
  }
}

/** Synchronous, because the program may be about to end. A failure is ignored, as little is lost. */
export function writeWindowState(file: string, state: WindowState): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, `${JSON.stringify(state)}\n`)
  } catch {
    // The home folder may be read-only.
  }
}

/** The share of a window that is on a screen, 0 … 1. */
function overlap(screen: Area, window: Area): number {
  const shared = (start: number, length: number, otherStart: number, otherLength: number) =>
    Math.max(0, Math.min(start + length, otherStart + otherLength) - Math.max(start, otherStart))
  const [w, h] = [
    shared(screen.x, screen.width, window.x, window.width),
    shared(screen.y, screen.height, window.y, window.height),
  ]
  return (w * h) / (window.width * window.height)
}
