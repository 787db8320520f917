import { z } from 'zod'
import { count, id, procedure } from './base.ts'
import { decidedState, side } from './state.ts'

export const suggestion = z.object({
  labelId: id,
  /** Calibrated: that the label is present, 0 … 1. */
  probability: z.number().min(0).max(1),
  suggestion: side,
  /** Sure enough to be put forward; the others are only told. */
  likely: z.boolean(),
})
export type Suggestion = z.infer<typeof suggestion>

/** Why a label is as probable in an image as it is: shares in log odds, which add up to `logOdds`. */
export const reasons = z.object({
  probability: z.number(),
  logOdds: z.number(),
  /** What holds for every image. */
  base: z.number(),
  /** What the image itself looks like: of the baseline, and of SST. */
  model: z.array(z.object({ name: z.string(), logOdds: z.number() })),
  /** What the image's other labels say. */
  intra: z.object({
    /** Those that are known, the strongest first. */
    known: z.array(z.object({ labelId: id, state: decidedState, logOdds: z.number() })),
    /** Those that are not, as far as they can be seen. */
    seen: z.number(),
  }),
  /** What similar images say. */
  cross: z.object({
    logOdds: z.number(),
    /** Those that are heard, the nearest first: where the label was known at training. Null where features are missing. */
    nearest: z
      .array(
        z.object({
          imageId: id,
          path: z.string(),
          version: z.string(),
          /** Cosine. */
          similarity: z.number(),
          state: decidedState,
        }),
      )
      .nullable(),
  }),
  /** Where the model looked for the label: weights over a grid that covers the whole image, row by row, 1 together. */
  attention: z.object({ height: count, width: count, weights: z.array(z.number()) }).nullable(),
})
export type Reasons = z.infer<typeof reasons>

export const suggestionsContract = {
  suggestions: {
    /** Why a label is suggested, or not, by what is known of the image now. */
    reasons: procedure.input(z.object({ imageId: id, labelId: id })).output(reasons),
  },
}
