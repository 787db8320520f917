import type { Surroundings } from '../surroundings.ts'
import { previewBulk, sampleBulk, startBulk } from './bulk.ts'

/** Handlers for accepting in bulk. */
export const bulkHandlers = ({ os, workspace }: Surroundings) => ({
  bulk: {
    preview: os.bulk.preview.handler(({ input }) => previewBulk(workspace(), input)),
    sample: os.bulk.sample.handler(({ input }) => sampleBulk(workspace(), input)),
    accept: os.bulk.accept.handler(({ input }) => startBulk(workspace(), input.token).done),
  },
})
