import type { Surroundings } from '../surroundings.ts'
import { reasonsFor } from './reasons.ts'

/** Handles what the contract says of suggestions, and why they are made. */
export const suggestionsHandlers = ({ os, workspace }: Surroundings) => ({
  suggestions: {
    reasons: os.suggestions.reasons.handler(({ input }) => reasonsFor(workspace(), input)),
  },
})
