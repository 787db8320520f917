import type { Surroundings } from '../surroundings.ts'
import { likelyCounts, overviewOf } from './progress.ts'

/** Handlers for the progress of the work. */
export const progressHandlers = ({ os, workspace }: Surroundings) => ({
  progress: {
    overview: os.progress.overview.handler(({ input }) => overviewOf(workspace(), input.today)),
    likely: os.progress.likely.handler(() => likelyCounts(workspace())),
  },
})
