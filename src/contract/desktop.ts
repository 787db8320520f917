import { z } from 'zod'

/** An action of the pages, as the menu bar of the desktop shows it. */
export const menuAction = z.object({
  id: z.string().max(100),
  title: z.string().max(200),
  /** Its first key, as the registry of actions writes it. */
  key: z.string().max(40).nullable(),
  /** Whether it can be done now. */
  enabled: z.boolean(),
  /** Why not. */
  reason: z.string().max(500).nullish(),
})

/** What the program was given by the system: dragged onto its icon, opened with it, named when it was started. */
export const givenThing = z.object({
  name: z.string(),
  isFolder: z.boolean(),
  path: z.string(),
  size: z.int().nonnegative(),
})

/** What went wrong in a page, for the log. */
export const pageError = z.object({ message: z.string().max(2000), stack: z.string().max(20_000) })

export type MenuAction = z.infer<typeof menuAction>
export type GivenThing = z.infer<typeof givenThing>
