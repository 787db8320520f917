import { z } from 'zod'
import { count, id, list, procedure, sent } from './base.ts'
import { imageFilter } from './images.ts'
import { actionResult } from './marks.ts'

/** In what order the images are shown, of which one label is asked: the surest present first, … */
export const labelByLabelOrder = z.enum(['present', 'uncertain', 'absent'])
export type LabelByLabelOrder = z.infer<typeof labelByLabelOrder>

/** Images of which one label is undecided. */
export const labelByLabelList = z.object({
  ids: z.array(id),
  /** That the label is present; null where the model says nothing. */
  probabilities: z.array(z.number().nullable()),
  /** How many there are in all. */
  left: count,
  modelId: id.nullable(),
})
export type LabelByLabelList = z.infer<typeof labelByLabelList>

export const labelByLabelContract = {
  /** One label, many images. */
  labelByLabel: {
    list: procedure
      .input(
        z.object({
          labelId: id,
          order: labelByLabelOrder,
          filter: imageFilter,
          limit: z.int().min(1).max(5000),
        }),
      )
      .output(labelByLabelList),
    /** One action, one undo; what was decided meanwhile stays. */
    confirm: procedure
      .input(
        z.object({
          labelId: id,
          present: list('images', id, 5000),
          absent: list('images', id, 5000),
          sent: sent.optional(),
        }),
      )
      .output(actionResult),
  },
}
