import { z } from 'zod'
import { viewChoices } from '../views.ts'
import { nameText, pathText, wordText } from './bounds.ts'
import { label } from './labels.ts'
import { model } from './models.ts'
import { count, id } from './numbers.ts'

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

/** After an action: what the buttons say, and where it can be seen. */
/** What a page gives what it asks for, so that it is done once, and in the project that it was meant for. */
export const sent = z.object({ id: z.uuid(), /** Its uuid. */ project: z.string().max(100) })
export type Sent = z.infer<typeof sent>

export const actionResult = z.object({
  changed: count,
  title: z.string(),
  firstImageId: id.nullable(),
  /** What was changed first there; told of an undo and a redo. */
  firstLabelId: id.nullable().optional(),
  undoTitle: z.string().nullable(),
  redoTitle: z.string().nullable(),
  /** Images that nothing was said of, because they can’t be shown. */
  unseen: count.optional(),
})
export type ActionResult = z.infer<typeof actionResult>

/** Which way the history was gone, how many steps of how many: something else may have been done on the way. */
export const wentTo = actionResult.extend({ kind: z.enum(['undo', 'redo']), steps: count, of: count })
export type WentTo = z.infer<typeof wentTo>

export const action = z.object({
  id,
  kind: z.enum(['do', 'undo', 'redo']),
  title: z.string(),
  at: z.number(),
  stateChanges: count,
  labelChanges: count,
  undone: z.boolean(),
  /** Undone, and nothing else was done since. */
  redoable: z.boolean(),
  /** What decided its pairs; null where it changed labels only. */
  source: z.enum(['human', 'accepted_suggestion', 'import']).nullable(),
})
export type Action = z.infer<typeof action>
