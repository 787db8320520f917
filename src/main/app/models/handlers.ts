import { requireAbsolute } from '../program/browse.ts'
import type { Surroundings } from '../surroundings.ts'
import { startModelExport } from './modelExport.ts'
import { cooccurrenceOfKnown, mistakesOfModel, modelCurves, modelReport } from './modelPage.ts'

/** Handlers for models: their quality and their export. */
export const modelsHandlers = ({ os, workspace }: Surroundings) => ({
  models: {
    report: os.models.report.handler(({ input }) => modelReport(workspace(), input.id)),
    curves: os.models.curves.handler(({ input }) => modelCurves(workspace(), input.id, input.labelId)),
    cooccurrence: os.models.cooccurrence.handler(() => cooccurrenceOfKnown(workspace())),
    mistakes: os.models.mistakes.handler(({ input }) => mistakesOfModel(workspace(), input)),
    export: os.models.export.handler(async ({ input: { id, path, ...how } }) => {
      const { files, bytes, summary } = await startModelExport(workspace(), {
        ...how,
        modelId: id,
        path: requireAbsolute(path),
      }).done
      return { files, bytes, summary }
    }),
  },
})
