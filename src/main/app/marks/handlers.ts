import { settleMistake } from '../mistakes/settleMistake.ts'
import type { Surroundings } from '../surroundings.ts'
import { goTo } from './history.ts'
import { acceptSuggestions, redo, rejectSuggestions, setMarks, undo } from './marks.ts'

/** Handlers for marks and their history. */
export const marksHandlers = ({ inOrder, oneTime, os, workspace }: Surroundings) => ({
  marks: {
    set: os.marks.set
      .use(inOrder)
      .handler(({ input }) => oneTime(input, (sentAs) => setMarks(workspace(), input.changes, sentAs))),
    accept: os.marks.accept
      .use(inOrder)
      .handler(({ input }) => oneTime(input, (sentAs) => acceptSuggestions(workspace(), input.pairs, sentAs))),
    reject: os.marks.reject
      .use(inOrder)
      .handler(({ input }) => oneTime(input, (sentAs) => rejectSuggestions(workspace(), input.pairs, sentAs))),
    settleMistake: os.marks.settleMistake
      .use(inOrder)
      .handler(({ input }) => oneTime(input, (sentAs) => settleMistake(workspace(), input, sentAs))),
  },
  history: {
    undo: os.history.undo.use(inOrder).handler(({ input }) => oneTime(input, (sentAs) => undo(workspace(), sentAs))),
    redo: os.history.redo.use(inOrder).handler(({ input }) => oneTime(input, (sentAs) => redo(workspace(), sentAs))),
    list: os.history.list.handler(({ input: { limit, before, kind } }) =>
      workspace().project.history.list(limit, before, kind),
    ),
    goTo: os.history.goTo.use(inOrder).handler(({ input }) => goTo(workspace(), input.id)),
  },
})
