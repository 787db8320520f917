import { z } from 'zod'
import { id, jobStarted, procedure, text, wordText } from './base.ts'
import { model } from './models.ts'

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

export const trainingContract = {
  training: {
    /** The one click: embeds what has no features yet, then trains on what is known now (a `train` job). */
    start: procedure
      .input(z.object({ device: wordText.optional(), seed: z.int().min(0).max(0xffffffff).optional() }))
      .output(jobStarted),
    /** What training can run on here. The first time each device is tried, which takes some seconds. */
    devices: procedure.output(z.array(device)),
    models: procedure.output(z.array(model)),
    /** What would be asked about a label before anything is learnt; null where the backbone has no text encoder. */
    names: procedure.output(z.object({ template: z.string().nullable() })),
    /** Suggests from the names of the labels alone (a `train` job); `{label}` in the template is the name's place. */
    suggestFromNames: procedure.input(z.object({ template: text('What is asked', 200) })).output(jobStarted),
    /** Null: no suggestions. */
    use: procedure.input(z.object({ id: id.nullable() })),
  },
}
