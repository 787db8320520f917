import { z } from 'zod'
import { count, id } from './numbers.ts'

/** Held-out quality of a model: fractions; null where too little was known to measure it. */
export const labelMetrics = z.object({
  labelId: id,
  name: z.string(),
  present: count,
  absent: count,
  averagePrecision: z.object({
    linear: z.number().nullable(),
    sst: z.number().nullable(),
    blend: z.number().nullable(),
  }),
})
export type LabelMetrics = z.infer<typeof labelMetrics>

export const model = z.object({
  id,
  createdAt: z.number(),
  kind: z.string(),
  backbone: z.string(),
  device: z.string().nullable(),
  seed: z.number().nullable(),
  current: z.boolean(),
  /** Its scores are at hand. They can be lost with the cache folder: then it has to be trained again. */
  usable: z.boolean(),
  mAP: z.object({ linear: z.number(), sst: z.number(), blend: z.number() }).nullable(),
  seconds: z.number().nullable(),
  labels: z.array(labelMetrics),
})
export type Model = z.infer<typeof model>

export const device = z.object({
  device: z.enum(['cpu', 'webgpu', 'cuda', 'dml', 'coreml']),
  usable: z.boolean(),
  /** Why it can't be used: a sentence. */
  reason: z.string().nullable(),
  /** How many times as fast as the CPU a training step is. */
  speed: z.number().nullable(),
  /** What `auto` takes. */
  automatic: z.boolean(),
})
export type Device = z.infer<typeof device>

export const suggestion = z.object({
  labelId: id,
  /** Calibrated: that the label is present, 0 … 1. */
  probability: z.number().min(0).max(1),
  suggestion: z.enum(['present', 'absent']),
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
    known: z.array(z.object({ labelId: id, state: z.union([z.literal(1), z.literal(-1)]), logOdds: z.number() })),
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
          state: z.union([z.literal(1), z.literal(-1)]),
        }),
      )
      .nullable(),
  }),
  /** Where the model looked for the label: weights over a grid that covers the whole image, row by row, 1 together. */
  attention: z.object({ height: count, width: count, weights: z.array(z.number()) }).nullable(),
})
export type Reasons = z.infer<typeof reasons>

/** One point of the curves while training. `fraction` is its place on the way, 0 … 1. */
export const trainingPoint = z.object({
  fraction: z.number(),
  /** Of the known labels: what the network is to bring down. */
  loss: z.number().nullable(),
  /** Mean average precision on held-out known labels. */
  mAP: z.number().nullable(),
  of: z.enum(['linear', 'sst', 'blend']).nullable(),
})
export type TrainingPoint = z.infer<typeof trainingPoint>
