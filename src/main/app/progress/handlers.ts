import type { Surroundings } from '../surroundings.ts'
import { likelyCounts, overviewOf } from './progress.ts'

/** Handles what the contract says of how the work goes. */
export const progressHandlers = ({ os, workspace }: Surroundings) => ({
  progress: {
    overview: os.progress.overview.handler(({ input }) => overviewOf(workspace(), input.today)),
    likely: os.progress.likely.handler(() => likelyCounts(workspace())),
  },
})
