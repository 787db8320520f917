/** Accepting many suggestions together, and how the work goes. */
import { z } from 'zod'
import { actionResult, imageFilter } from './schemas.ts'

const id = z.int().positive()
const count = z.int().nonnegative()
const side = z.enum(['present', 'absent'])

export const bulkRequest = z.object({
  /** The share of what is accepted that should be right. */
  precision: z.number().min(0.8).max(0.995),
  sides: z.array(side).min(1),
  /** Null: all. */
  labelIds: z.array(id).nullable(),
  /** Null: all images. */
  filter: imageFilter.nullable(),
})

/** Suggestions of one label that are accepted together. */
export const bulkLine = z.object({
  labelId: id,
  side,
  /** How many are accepted, of how many undecided suggestions of this side. */
  count,
  suggested: count,
  /** Of those accepted, Σ (1 − p). */
  expectedErrors: z.number(),
  /** They are at least this sure; null where none is accepted. */
  from: z.number().nullable(),
  /** Known pairs that the cut was tried on: the label's own, those of rare labels together, or too few of either. */
  triedOn: z.enum(['label', 'rare', 'none']),
  known: count,
})

export const bulkSample = z.object({
  imageId: id,
  path: z.string(),
  version: z.string(),
  status: z.enum(['ok', 'missing', 'broken']),
  labelId: id,
  side,
  /** Of present. */
  probability: z.number(),
  /** Among the least sure, or drawn at random from all. */
  drawn: z.enum(['least', 'random']),
})

export const bulkPreview = z.object({
  /** Names this preview to `bulk.accept`. */
  token: z.string(),
  count,
  images: count,
  expectedErrors: z.number(),
  lines: z.array(bulkLine),
  sample: z.array(bulkSample),
})

export const bulkResult = actionResult.extend({
  /** Previewed, but decided or gone meanwhile: they were left as they are. */
  left: count,
})

/** Pairs decided, by how. What an undo took back does not count. */
export const decisions = z.object({
  byHand: z.int(),
  /** Suggestions accepted one at a time, and many at once. */
  oneByOne: z.int(),
  together: z.int(),
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
    /** Pairs a minute, what was accepted together aside; null while there is too little to tell. */
    perMinute: z.number().nullable(),
    labelIds: z.array(id),
  }),
})

/** Confident undecided suggestions of each label. */
export const confidentCounts = z.array(z.object({ labelId: id, present: count, absent: count }))

export type BulkRequest = z.infer<typeof bulkRequest>
export type BulkLine = z.infer<typeof bulkLine>
export type BulkSample = z.infer<typeof bulkSample>
export type BulkPreview = z.infer<typeof bulkPreview>
export type Decisions = z.infer<typeof decisions>
export type ProgressOverview = z.infer<typeof progressOverview>
