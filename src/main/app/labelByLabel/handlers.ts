import type { Surroundings } from '../surroundings.ts'
import { confirmLabelByLabel, labelByLabelList } from './labelByLabel.ts'

/** Handlers for label by label. */
export const labelByLabelHandlers = ({ inOrder, oneTime, os, workspace }: Surroundings) => ({
  labelByLabel: {
    list: os.labelByLabel.list.handler(({ input }) => labelByLabelList(workspace(), input)),
    confirm: os.labelByLabel.confirm
      .use(inOrder)
      .handler(({ input }) => oneTime(input, (sentAs) => confirmLabelByLabel(workspace(), input, sentAs))),
  },
})
