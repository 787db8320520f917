import { z } from 'zod'
import { count, id, limits, list, procedure, wordText } from './base.ts'
import { imageFilter } from './images.ts'
import { actionResult } from './marks.ts'
import { side } from './state.ts'

export const bulkRequest = z.object({
  /** Of what is accepted of a label, at least this share is right. */
  precision: z.number().min(0.8).max(0.995).default(0.95),
  /** Of a label's undecided positives, at most this share is accepted as absent. */
  maxLost: z.number().min(0.001).max(0.5).default(0.02),
  /** Absent is a choice of its own: it can lose the few positives of a rare label. */
  sides: list('sides', side, 2).min(1).default(['present']),
  /** Null: all. */
  labelIds: list('labels', id, limits.labels).nullable(),
  /** Null: all images. */
  filter: imageFilter.nullable(),
})

/** Why nothing of a label can be accepted: see `Refusal` in `suggestions/acceptance.ts`. */
export const bulkRefusal = z.enum(['nothing', 'few-known', 'unsure', 'few-positives', 'loses-positives', 'nearly-all'])

/** Suggestions of one label and side that are accepted in bulk, or why none are. */
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
  /** At least this share of them is right, with 95 % confidence; null where none is accepted. */
  precision: z.number().nullable(),
  /** The held-out pairs of the label that this stands on. */
  heldOut: count,
  /** Of absent ones: of the label's undecided positives (about so many), at most this share, and so about `count`, may be lost. */
  lost: z.object({ share: z.number(), count, positives: count }).nullable(),
  /** `more`: roughly so many more known ones would do; null where that alone would not. */
  refusal: z.object({ reason: bulkRefusal, known: count, more: count.nullable() }).nullable(),
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
  /** Names this preview to `bulk.sample` and `bulk.accept`. */
  token: z.string(),
  count,
  images: count,
  expectedErrors: z.number(),
  lines: z.array(bulkLine),
})

/** One line of a preview, to look at. */
export const bulkSampleRequest = z.object({ token: z.string().max(100), labelId: id, side })

export const bulkResult = actionResult.extend({
  /** Previewed, but decided or gone meanwhile: they were left as they are. */
  left: count,
})

export type BulkRequest = z.infer<typeof bulkRequest>
export type BulkRefusal = z.infer<typeof bulkRefusal>
export type BulkLine = z.infer<typeof bulkLine>
export type BulkSample = z.infer<typeof bulkSample>
export type BulkPreview = z.infer<typeof bulkPreview>

export const bulkContract = {
  bulk: {
    /** What accepting all that keeps its promises label by label would do; nothing is written. */
    preview: procedure.input(bulkRequest).output(bulkPreview),
    /** Of one label and side of a preview: the twelve least sure, and as many at random. */
    sample: procedure.input(bulkSampleRequest).output(z.array(bulkSample)),
    /** Does what was previewed (an `accept` job): one action, one undo. */
    accept: procedure.input(z.object({ token: wordText })).output(bulkResult),
  },
}
