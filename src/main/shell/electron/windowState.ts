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
 * Where the window was, as far as that can still be seen.
 * @param screens the areas of the screens of now: one may have been unplugged
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

/** At once: the program may end before a promise settles. Losing it costs a person a second: a failure to write it is none. */
export function writeWindowState(file: string, state: WindowState): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, `${JSON.stringify(state)}\n`)
  } catch {
    // A read-only home.
  }
}

/** How much of a window lies on a screen, 0 … 1. */
function overlap(screen: Area, window: Area): number {
  const shared = (start: number, length: number, otherStart: number, otherLength: number) =>
    Math.max(0, Math.min(start + length, otherStart + otherLength) - Math.max(start, otherStart))
  const [w, h] = [
    shared(screen.x, screen.width, window.x, window.width),
    shared(screen.y, screen.height, window.y, window.height),
  ]
  return (w * h) / (window.width * window.height)
}
