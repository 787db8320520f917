import { z } from 'zod'
import { count, id, pathText, procedure } from './base.ts'
import { decidedState } from './state.ts'

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

const fraction = z.number().nullable()

/** How a model goes out: as one ONNX file, or as a model repository of NVIDIA Triton and KServe. */
export const modelExport = z.object({
  id,
  path: pathText,
  layout: z.enum(['onnx', 'triton']),
  withBackbone: z.boolean(),
  precision: z.enum(['float32', 'float16', 'int8']),
  /** What is there may be replaced; without it, the error `target-exists` says that something is. */
  overwrite: z.boolean().optional(),
})
export type ModelExport = z.infer<typeof modelExport>

export const modelExported = z.object({
  files: z.array(z.string()),
  bytes: count,
  /** What to know of it, in sentences. */
  summary: z.array(z.string()),
})
export type ModelExported = z.infer<typeof modelExported>

export const modelReport = z.object({
  id,
  /** The version that it is compared with: the one that suggested when it was trained, or else the one before it. */
  before: z.object({ id, createdAt: z.number() }).nullable(),
  /** So many known present, and as many absent, does a label need to be measured. */
  least: count,
  /** All that is known of the labels together; `present + absent` known pairs with a probability. */
  present: count,
  absent: count,
  /** The mean of the labels' average precisions: the one that the list of models tells, too. */
  mAP: fraction,
  calibrationError: fraction,
  /** Every label of the project, in its order. */
  labels: z.array(
    z.object({
      labelId: id,
      /** Whether the model gives it a probability. */
      learnt: z.boolean(),
      /** Known pairs that it was measured on: held out, so that its probability of them is of parts that never saw them. */
      present: count,
      absent: count,
      /** How much is known of it now, learnt or not. */
      known: z.object({ present: count, absent: count }),
      averagePrecision: fraction,
      /** Of both versions on the same pairs, those that both give a probability. */
      change: z.object({ before: z.number(), after: z.number() }).nullable(),
      /** Known present that the model is confident is absent, and the other way round. */
      mistakes: z.object({ present: count, absent: count }),
    }),
  ),
})

export const modelCurves = z.object({
  present: count,
  absent: count,
  undecided: count,
  least: count,
  averagePrecision: fraction,
  calibrationError: fraction,
  /** Null where too few pairs are known. */
  reliability: z
    .array(
      z.object({
        from: z.number(),
        to: z.number(),
        count,
        /** Null of an empty bin. */
        predicted: fraction,
        observed: fraction,
        /** The 95 % interval of what was observed. */
        low: z.number(),
        high: z.number(),
      }),
    )
    .nullable(),
  /** By threshold, in equal steps from 0 to 1; present is suggested from the threshold upwards. Null where too few are known. */
  thresholds: z
    .object({ precision: z.array(fraction), recall: z.array(z.number()), undecided: z.array(count) })
    .nullable(),
})

export const cooccurrence = z.object({
  /** [n] */
  labelIds: z.array(id),
  /** How many labels there are: the n that are present most often are compared. */
  labels: count,
  /** Images where both of a pair are known; of those, where both are present; and where the first is. n×n, row by row. */
  known: z.array(count),
  both: z.array(count),
  first: z.array(count),
})

/** A known pair that the model contradicts. */
export const mistake = z.object({
  imageId: id,
  path: z.string(),
  version: z.string(),
  state: decidedState,
  probability: z.number(),
})

export type ModelReport = z.infer<typeof modelReport>
export type ModelCurves = z.infer<typeof modelCurves>
export type Cooccurrence = z.infer<typeof cooccurrence>
export type Mistake = z.infer<typeof mistake>

export const modelsContract = {
  models: {
    /** How good a model is on what is known now, label by label, beside the version before it. */
    report: procedure.input(z.object({ id })).output(modelReport),
    /** Reliability, and precision and recall by threshold, of a label; null: of all together. */
    curves: procedure.input(z.object({ id, labelId: id.nullable() })).output(modelCurves),
    /** How labels go together in what is known; no model is needed. */
    cooccurrence: procedure.output(cooccurrence),
    /** Known pairs of a label that the model is confident are the opposite, the most confident first. */
    mistakes: procedure.input(z.object({ id, labelId: id, limit: z.int().min(1).max(200) })).output(z.array(mistake)),
    /** Writes it for other programs; answers when it is written. */
    export: procedure.input(modelExport).output(modelExported),
  },
}
