import type { Application } from './application.ts'
import { backbonesHandlers } from './backbones/handlers.ts'
import { bulkHandlers } from './bulk/handlers.ts'
import { exchangeHandlers } from './exchange/handlers.ts'
import { imagesHandlers } from './images/handlers.ts'
import { labelByLabelHandlers } from './labelByLabel/handlers.ts'
import { labelsHandlers } from './labels/handlers.ts'
import { marksHandlers } from './marks/handlers.ts'
import { modelsHandlers } from './models/handlers.ts'
import { programHandlers } from './program/handlers.ts'
import { progressHandlers } from './progress/handlers.ts'
import { projectHandlers } from './project/handlers.ts'
import { suggestionsHandlers } from './suggestions/handlers.ts'
import { type Shell, surroundingsOf } from './surroundings.ts'
import { trainingHandlers } from './training/handlers.ts'

export type { Shell } from './surroundings.ts'

/** Implements the contract: a list of features, each with its handlers. */
export function createRouter(app: Application, shell: Shell) {
  const surroundings = surroundingsOf(app, shell)
  return surroundings.os.router({
    ...programHandlers(surroundings),
    ...projectHandlers(surroundings),
    ...labelsHandlers(surroundings),
    ...imagesHandlers(surroundings),
    ...suggestionsHandlers(surroundings),
    ...progressHandlers(surroundings),
    ...marksHandlers(surroundings),
    ...bulkHandlers(surroundings),
    ...labelByLabelHandlers(surroundings),
    ...trainingHandlers(surroundings),
    ...modelsHandlers(surroundings),
    ...backbonesHandlers(surroundings),
    ...exchangeHandlers(surroundings),
  })
}
