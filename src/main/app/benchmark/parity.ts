import type { Comparison } from '../../benchmark/comparison.ts'
import type { ParityResult } from '../../benchmark/parity/parity.ts'
import type { AppContext } from '../context.ts'
import type { StartedJob } from '../jobs.ts'
import { counted } from '../words.ts'

export type { Comparison, ParityResult }

/** Compares the method's numbers with those of the reference implementation. @param folder absolute */
export function startParity({ jobs, compute }: AppContext, folder: string): StartedJob<ParityResult> {
  return jobs.start('train', 'Parity', async (job) => {
    const result = await compute.run(
      'parity',
      { folder },
      {
        signal: job.signal,
        onProgress: ({ fixture, done, total }) =>
          job.update({ phase: `Comparing ${fixture}`, fraction: done / total, secondsLeft: null }),
      },
    )
    return { result, outcome: `${counted(result.comparisons.length, 'comparison')}.` }
  })
}
