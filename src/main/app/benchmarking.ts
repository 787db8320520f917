import { createHash } from 'node:crypto'
import path from 'node:path'
import type { BenchmarkInput, BenchmarkProgress, BenchmarkResult } from '../benchmark/benchmark.ts'
import type { AppContext } from './context.ts'
import { configFolder } from './home.ts'
import type { JobControl, StartedJob } from './jobs.ts'
import { onDevice } from './onDevice.ts'

export type { BenchmarkResult }

export interface BenchmarkRequest extends Omit<BenchmarkInput, 'cacheFolder' | 'device'> {
  device: string
}

/**
 * Measures the method on a labelled folder. Features are kept from one benchmark to the next beside the program's settings:
 * the folder itself may be read-only.
 */
export function startBenchmark(context: AppContext, request: BenchmarkRequest): StartedJob<BenchmarkResult> {
  const name = createHash('sha256').update(request.folder).digest('hex').slice(0, 16)
  const cacheFolder = path.join(configFolder(), 'benchmarks', name)
  context.devices.check(request.device)
  return context.jobs.start('train', 'Benchmark', async (job) => {
    const begun = performance.now()
    const { device: _, ...result } = await onDevice(context, request.device, (device) => {
      const input: BenchmarkInput = { ...request, device, cacheFolder }
      return context.compute.run('benchmark', input, {
        signal: job.signal,
        onProgress: (report) => job.update(progressOf(report, begun)),
      })
    })
    return { result, outcome: `${result.images} images, ${result.labels.length} labels.` }
  })
}

function progressOf(report: BenchmarkProgress, begun: number): Parameters<JobControl['update']>[0] {
  switch (report.phase) {
    case 'reading':
      return { phase: 'Reading the folder', fraction: null }
    case 'embedding':
      return {
        phase: `Embedding: ${report.done} of ${report.total} images`,
        fraction: report.total > 0 ? report.done / report.total : null,
        secondsLeft: report.secondsLeft ?? null,
      }
    case 'training': {
      const fraction = (report.run + report.fraction) / report.runs
      const elapsed = (performance.now() - begun) / 1000
      return {
        phase: `${report.known * 100} % known, mask ${report.seed}`,
        fraction,
        secondsLeft: fraction > 0.02 ? (elapsed / fraction) * (1 - fraction) : null,
      }
    }
  }
}
