import { z } from 'zod'
import { count, id, limits, list, nameText, procedure, text, wordText } from './base.ts'

export const label = z.object({
  id,
  name: z.string(),
  /** #rrggbb */
  colour: z.string(),
  key: z.string().nullable(),
  description: z.string(),
  /** Whoever has this label has its parent too. */
  parentId: id.nullable(),
  /** '' for none. */
  group: z.string(),
  /** No image has two labels of its group. */
  exclusive: z.boolean(),
  /** Images that show what is meant. */
  examples: z.array(id),
  presentCount: count,
  absentCount: count,
})
export type Label = z.infer<typeof label>

export const newLabel = z.object({
  name: nameText,
  colour: wordText.optional(),
  key: wordText.nullable().optional(),
  description: text('A description', limits.description).optional(),
  parentId: id.nullable().optional(),
  group: nameText.optional(),
  exclusive: z.boolean().optional(),
})
export type NewLabel = z.infer<typeof newLabel>

export const labelPatch = newLabel.partial().extend({ examples: z.array(id).max(24).optional() })
export type LabelPatch = z.infer<typeof labelPatch>

/** Of the marks of a label that is to be merged into another. */
export const mergePlan = z.object({
  /** The other takes them over. */
  moves: count,
  /** Both say the same. */
  agree: count,
  /** The other says the opposite, and keeps it. */
  conflicts: count,
})
export type MergePlan = z.infer<typeof mergePlan>

export const labelsContract = {
  labels: {
    list: procedure.output(z.array(label)),
    add: procedure.input(newLabel).output(label),
    /** What follows from its parent and its group is filled in where nothing is known: so many states. */
    update: procedure
      .input(z.object({ id, patch: labelPatch }))
      .output(label.extend({ filled: z.int().nonnegative() })),
    /** Undo brings it back, with its states. */
    remove: procedure.input(z.object({ id })),
    /** Every label, in the new order. */
    reorder: procedure.input(z.object({ ids: list('labels', id, limits.labels) })),
    /** What `merge` would do. */
    mergePlan: procedure.input(z.object({ id, intoId: id })).output(mergePlan),
    /** One label for two: the first goes, and its marks to the second, where that has none of its own. */
    merge: procedure.input(z.object({ id, intoId: id })),
    /** A new label for those of these images in which one is present; there that one is open again. */
    split: procedure
      .input(z.object({ id, name: nameText, imageIds: list('images', id, limits.many) }))
      .output(label.extend({ images: z.int().positive() })),
  },
}
