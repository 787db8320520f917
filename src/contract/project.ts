import { z } from 'zod'
import { count, id, jobStarted, limits, list, nameText, pathText, procedure, wordText } from './base.ts'
import { label } from './labels.ts'
import { model } from './models.ts'
import { viewChoices } from './views.ts'

export const settings = z.object({
  name: z.string(),
  /** A name of the registry or the path of an ONNX file; null for the built-in one. */
  backbone: z.string().nullable(),
  views: z.enum(viewChoices),
  annotator: z.string().nullable(),
  device: z.string(),
  seed: z.int().nonnegative(),
})
/** What a person sets of them; what a file holds already is shown as it is. */
export const settingsPatch = settings
  .extend({
    name: nameText.trim().min(1),
    backbone: pathText.min(1).nullable(),
    annotator: nameText.trim().min(1).nullable(),
    device: wordText.min(1),
    seed: z.int().min(0).max(0xffffffff),
  })
  .partial()

export type Settings = z.infer<typeof settings>

export const projectSummary = z.object({
  path: z.string(),
  name: z.string(),
  uuid: z.string(),
  readOnly: z.boolean(),
  imagesRoot: z.string(),
  /** False: the project comes from elsewhere, and nobody has said yet that it may read images there (`project.allowImages`). */
  imagesAllowed: z.boolean(),
  /** False: the folder is to be found again (`project.relocate`). */
  imagesRootFound: z.boolean(),
  images: z.object({ total: count, ok: count, missing: count, broken: count, started: count }),
  /** Files in the images' folder that aren't read, by kind: an ending, or “link”. */
  passedOver: z.record(z.string(), count),
  labels: z.array(label),
  settings,
  undoTitle: z.string().nullable(),
  redoTitle: z.string().nullable(),
  /** The one that suggests. */
  model: model.nullable(),
  /** What could not be read of it when it was opened: a sentence, and what to do. */
  lostChanges: z.object({ message: z.string(), hint: z.string() }).nullable(),
})
export type ProjectSummary = z.infer<typeof projectSummary>

/** A copy of the project file as it was at a moment. */
export const backup = z.object({
  /** Of its file. */
  name: z.string(),
  number: id,
  /** Milliseconds since 1970. */
  at: z.number(),
  /** `damaged`: the bytes of a file that could not be read, kept for whoever can mend it. */
  reason: z.enum(['opened', 'hourly', 'migration', 'action', 'asked', 'restore', 'rescue', 'damaged']),
  /** In bytes. */
  size: count,
  /** Null: it can't be read. */
  contents: z
    .object({ images: count, labels: count, present: count, absent: count, lastAction: z.string().nullable() })
    .nullable(),
})
export type Backup = z.infer<typeof backup>

export const projectContract = {
  project: {
    current: procedure.output(projectSummary.nullable()),
    /** Makes it, opens it, and starts to look through its folder (a `scan` job). */
    create: procedure
      .input(
        z.object({
          path: pathText,
          imagesRoot: pathText,
          labels: list('labels', nameText, limits.labels),
          backbone: pathText.nullable().optional(),
        }),
      )
      .output(projectSummary),
    open: procedure.input(z.object({ path: pathText, readOnly: z.boolean().optional() })).output(projectSummary),
    /** Draws the sample in this folder (a `sample` job), and opens it when it is there. Without one: in the documents folder. */
    sample: procedure.input(z.object({ folder: pathText.optional() })).output(projectSummary),
    close: procedure,
    rescan: procedure.output(jobStarted),
    relocate: procedure.input(z.object({ imagesRoot: pathText })).output(projectSummary),
    /** Images may be read from there. @param imagesRoot as the question named it: it may have changed since */
    allowImages: procedure.input(z.object({ imagesRoot: pathText })).output(projectSummary),
    configure: procedure.input(settingsPatch).output(projectSummary),
  },
  backups: {
    /** The newest first. @param path of a project file; the project that is open if left out */
    list: procedure.input(z.object({ path: pathText.optional() })).output(z.array(backup)),
    /** Makes one now. @returns its name */
    make: procedure.output(z.object({ name: z.string() })),
    /** Puts it in the place of the project file, and opens that; what was there becomes a backup first. */
    restore: procedure.input(z.object({ name: nameText, path: pathText.optional() })).output(projectSummary),
  },
}
