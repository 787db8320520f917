import { z } from 'zod'
import { count, jobStarted, list, nameText, pathText, procedure } from './base.ts'

export const backboneRow = z.object({
  /** What the project is told to use: a name, or the path of a file. */
  specification: z.string(),
  title: z.string(),
  kind: z.enum(['built-in', 'to-fetch', 'file']),
  licence: z.string(),
  goodAt: z.string(),
  /** In bytes; about that where nobody knows exactly. */
  bytes: count,
  exact: z.boolean(),
  /** The server that it comes from; null where it needs none. */
  host: z.string().nullable(),
  /** Whether its content can be checked: its hash is known, or was remembered at the first download, or will be. */
  hash: z.enum(['known', 'remembered', 'unknown']),
  /** What nobody has made sure of, in a few words each. */
  unverified: z.array(z.string()),
  there: z.boolean(),
  /** Bytes of a download that was cut off. */
  begun: count,
  text: z.enum(['none', 'to-fetch', 'there']),
  /** Measured on this machine, at one look an image; null: not yet. */
  speed: z.object({ perSecond: z.number().positive(), device: z.string() }).nullable(),
  /** Held-out mean average precision of the newest comparison on this project that it was in. */
  mAP: z.number().nullable(),
})
export type BackboneRow = z.infer<typeof backboneRow>

/** The features of one backbone on the disk. */
export const featureCache = z.object({
  identity: z.string(),
  /** Null: of a backbone that was not written down. */
  name: z.string().nullable(),
  images: count,
  bytes: count,
  /** Of the backbone that the project uses. */
  current: z.boolean(),
})
export type FeatureCache = z.infer<typeof featureCache>

/** What comparing backbones on images of the project has shown. Fractions. */
export const backboneTrial = z.object({
  at: z.number(),
  images: count,
  /** Labels that could be measured, and known pairs that were held out. */
  labels: count,
  heldOut: count,
  results: z.array(
    z.object({
      specification: z.string(),
      mAP: z.number().nullable(),
      linear: z.number().nullable(),
    }),
  ),
  /** Of the second against the first, label by label; null where there is no second, or too little is known. */
  difference: z
    .object({
      points: z.number(),
      /** Whether it is more than labels differ by chance. */
      clear: z.boolean(),
      better: count,
      worse: count,
    })
    .nullable(),
})
export type BackboneTrial = z.infer<typeof backboneTrial>

export const backbonesPage = z.object({
  rows: z.array(backboneRow),
  /** Where what is fetched is kept. */
  folder: z.string(),
  /** Of the open project; null: none is open. */
  project: z
    .object({
      specification: z.string(),
      images: count,
      /** Images of which something is known: what a comparison can be made on. */
      known: count,
      caches: z.array(featureCache),
      trials: z.array(backboneTrial),
    })
    .nullable(),
})
export type BackbonesPage = z.infer<typeof backbonesPage>

export const backbonesContract = {
  backbones: {
    page: procedure.output(backbonesPage),
    /** Goes to the server that the list names, or to the mirror of the preferences (a `fetch` job). */
    fetch: procedure
      .input(z.object({ name: nameText, withText: z.boolean().optional(), acceptNew: z.boolean().optional() }))
      .output(jobStarted),
    /** Deletes what was fetched of it. */
    remove: procedure.input(z.object({ name: nameText })),
    /** How many images a second it does here, on images of the project (a `try` job). */
    measure: procedure.input(z.object({ specification: pathText })).output(jobStarted),
    /** Compares the second with the first on images of the project of which something is known (a `try` job). */
    try: procedure
      .input(z.object({ specifications: list('backbones', pathText, 4).min(1), images: z.int().min(1).max(5000) }))
      .output(jobStarted),
    /** Deletes the features of one backbone in the project's cache. */
    clearFeatures: procedure.input(z.object({ identity: nameText })).output(z.object({ bytes: z.int() })),
  },
}
