import { chooseModel, modelsOf } from '../models/models.ts'
import { namesTemplate, startSuggestingByNames } from '../suggestions/names.ts'
import type { Surroundings } from '../surroundings.ts'
import { startTraining } from './training.ts'

/** Handlers for training, its devices and the list of models. */
export const trainingHandlers = ({ app, os, workspace }: Surroundings) => ({
  training: {
    start: os.training.start.handler(async ({ input }) => ({ jobId: (await startTraining(workspace(), input)).id })),
    devices: os.training.devices.handler(() => app.context.devices.list()),
    models: os.training.models.handler(() => modelsOf(workspace())),
    names: os.training.names.handler(async () => ({ template: await namesTemplate(workspace()) })),
    suggestFromNames: os.training.suggestFromNames.handler(async ({ input }) => ({
      jobId: (await startSuggestingByNames(workspace(), input)).id,
    })),
    use: os.training.use.handler(({ input }) => chooseModel(workspace(), input.id)),
  },
})
