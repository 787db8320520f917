import { z } from 'zod'
import { count, id, limits, list, procedure, sent } from './base.ts'
import { labelState, side } from './state.ts'

export const stateChange = z.object({ imageId: id, labelId: id, state: labelState })
export type StateChange = z.infer<typeof stateChange>

/** What a person says yes or no to. */
export const decided = z.object({
  imageId: id,
  labelId: id,
  /** As it was seen: a mark of a moment ago may have turned it since. Left out: as it is now. */
  suggestion: side.optional(),
})

/** After an action: what the buttons say, and where it can be seen. */
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

export const marksContract = {
  marks: {
    /** One action, one undo, whatever the number of changes. */
    set: procedure
      .input(z.object({ changes: list('marks', stateChange, limits.many).min(1), sent: sent.optional() }))
      .output(actionResult),
    /** Takes over what the model suggests for these pairs. */
    accept: procedure
      .input(z.object({ pairs: list('suggestions', decided, limits.many).min(1), sent: sent.optional() }))
      .output(actionResult),
    /** Marks the opposite of what the model suggests, as the person's own decision. */
    reject: procedure
      .input(z.object({ pairs: list('suggestions', decided, limits.many).min(1), sent: sent.optional() }))
      .output(actionResult),
    /** Settles a likely mistake: takes what the model suggests, or keeps what is known. */
    settleMistake: procedure
      .input(
        z.object({
          imageId: id,
          labelId: id,
          suggestion: side,
          take: z.boolean(),
          sent: sent.optional(),
        }),
      )
      .output(actionResult),
  },
  history: {
    /** Null: there is nothing to undo. */
    undo: procedure.input(z.object({ sent: sent.optional() }).optional()).output(actionResult.nullable()),
    redo: procedure.input(z.object({ sent: sent.optional() }).optional()).output(actionResult.nullable()),
    list: procedure
      .input(z.object({ limit: z.int().min(1).max(500), before: id.optional(), kind: action.shape.kind.optional() }))
      .output(z.array(action)),
    /** Undo, or redo, until this action is the latest that is in effect. */
    goTo: procedure.input(z.object({ id })).output(wentTo),
  },
}
