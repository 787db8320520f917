import { labelsOf } from '../project/summary.ts'
import type { Surroundings } from '../surroundings.ts'
import { mergeLabels, planMerge, splitLabel, updateLabel } from './labels.ts'

/** Handlers for labels. */
export const labelsHandlers = ({ inOrder, os, workspace }: Surroundings) => ({
  labels: {
    list: os.labels.list.handler(() => labelsOf(workspace())),
    add: os.labels.add.use(inOrder).handler(({ input }) => {
      const { id } = workspace().project.labels.add(input)
      return labelsOf(workspace()).find((label) => label.id === id)!
    }),
    update: os.labels.update.use(inOrder).handler(({ input }) => updateLabel(workspace(), input.id, input.patch)),
    remove: os.labels.remove.use(inOrder).handler(({ input }) => workspace().project.labels.remove(input.id)),
    reorder: os.labels.reorder.use(inOrder).handler(({ input }) => workspace().project.labels.reorder(input.ids)),
    mergePlan: os.labels.mergePlan.handler(({ input }) => planMerge(workspace(), input.id, input.intoId)),
    merge: os.labels.merge.use(inOrder).handler(({ input }) => mergeLabels(workspace(), input.id, input.intoId)),
    split: os.labels.split.use(inOrder).handler(({ input }) => splitLabel(workspace(), input)),
  },
})
