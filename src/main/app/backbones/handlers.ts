import type { Surroundings } from '../surroundings.ts'
import { backbonesPage, clearFeatures } from './backbonesPage.ts'
import { startMeasuring, startTrial } from './backboneTrial.ts'
import { removeBackbone, startFetch } from './fetching.ts'

/** Handlers for backbones: their list, downloads, measurements and comparisons. */
export const backbonesHandlers = ({ app, os, workspace }: Surroundings) => ({
  backbones: {
    page: os.backbones.page.handler(() => backbonesPage(app.context, app.workspace)),
    fetch: os.backbones.fetch.handler(async ({ input }) => {
      const { downloads } = await app.preferences.get()
      return { jobId: startFetch(app.context, { ...downloads, ...input }).id }
    }),
    remove: os.backbones.remove.handler(({ input }) => removeBackbone(app.context, input.name)),
    measure: os.backbones.measure.handler(({ input }) => ({
      jobId: startMeasuring(workspace(), input.specification).id,
    })),
    try: os.backbones.try.handler(async ({ input }) => ({ jobId: (await startTrial(workspace(), input)).id })),
    clearFeatures: os.backbones.clearFeatures.handler(({ input }) => clearFeatures(workspace(), input.identity)),
  },
})
