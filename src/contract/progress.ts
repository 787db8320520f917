import { z } from 'zod'
import { count, id, procedure } from './base.ts'

/** Pairs decided, by how. What an undo took back does not count. */
export const decisions = z.object({
  byHand: z.int(),
  /** Suggestions accepted one at a time, and many at once. */
  oneByOne: z.int(),
  inBulk: z.int(),
  /** Actions that accepted many at once. */
  strokes: z.int(),
  imported: z.int(),
})

export const progressOverview = z.object({
  today: decisions,
  total: decisions,
  session: z.object({
    decisions,
    startedAt: z.number(),
    /** Without the breaks, in minutes. */
    minutes: z.number(),
    /** Pairs a minute, not counting what was accepted in bulk; null while there is too little to tell. */
    perMinute: z.number().nullable(),
    labelIds: z.array(id),
  }),
})

/** Confident undecided suggestions of each label. */
export const likelyCounts = z.array(z.object({ labelId: id, present: count, absent: count }))

export type Decisions = z.infer<typeof decisions>
export type ProgressOverview = z.infer<typeof progressOverview>

export const progressContract = {
  progress: {
    /** @param today when the day began where the person is */
    overview: procedure.input(z.object({ today: z.number() })).output(progressOverview),
    likely: procedure.output(likelyCounts),
  },
}
