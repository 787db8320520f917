import type { Surroundings } from '../surroundings.ts'
import { reasonsFor } from './reasons.ts'

/** Handlers for suggestions and the reasons behind them. */
export const suggestionsHandlers = ({ os, workspace }: Surroundings) => ({
  suggestions: {
    reasons: os.suggestions.reasons.handler(({ input }) => reasonsFor(workspace(), input)),
  },
})
