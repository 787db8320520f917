import { createHash } from 'node:crypto'
import path from 'node:path'
import { ablationTexts } from '../../benchmark/ablationNames.ts'
import type { BenchmarkInput, BenchmarkProgress, BenchmarkResult } from '../../benchmark/benchmark.ts'
import type { MethodScores, ProtocolInput, ProtocolResult, SplitScore } from '../../benchmark/protocols/protocol.ts'
import type { HiddenScore } from '../../benchmark/score.ts'
import type { SimulateInput, SimulateProgress, SimulateResult } from '../../benchmark/simulation/simulate.ts'
import { missingNormalisation } from '../backbones/backbones.ts'
import type { AppContext } from '../context.ts'
import { onDevice } from '../devices/onDevice.ts'
import type { JobControl, StartedJob } from '../jobs.ts'
import { configFolder } from '../program/home.ts'

export type { BenchmarkResult, HiddenScore, MethodScores, ProtocolResult, SimulateResult, SplitScore }
export { ablationTexts }

/** A task's input without what the application adds. */
type Requested<Input> = Omit<Input, 'cacheFolder' | 'device'> & { device: string }

export type BenchmarkRequest = Requested<BenchmarkInput>
export type ProtocolRequest = Requested<ProtocolInput>
export type SimulateRequest = Requested<SimulateInput>

/** Measures the method on a labelled folder. */
export function startBenchmark(context: AppContext, request: BenchmarkRequest): StartedJob<BenchmarkResult> {
  context.devices.check(request.device)
  const cacheFolder = cacheFolderOf(request.folder)
  return context.jobs.start('train', 'Benchmark', async (job) => {
    await warnIfAssumed(context, request.backbone, job.signal)
    const { device: _, ...result } = await onDevice(context, request.device, (device) =>
      context.compute.run('benchmark', { ...request, device, cacheFolder }, following(job)),
    )
    return { result, outcome: `${result.images} images, ${result.labels.length} labels.` }
  })
}

/** Measures the method by a published protocol. */
export function startProtocol(context: AppContext, request: ProtocolRequest): StartedJob<ProtocolResult> {
  context.devices.check(request.device)
  const cacheFolder = cacheFolderOf(request.folder)
  return context.jobs.start('train', 'Benchmark', async (job) => {
    await warnIfAssumed(context, request.backbone, job.signal)
    const { device: _, ...result } = await onDevice(context, request.device, (device) =>
      context.compute.run('protocol', { ...request, device, cacheFolder }, following(job)),
    )
    const { training, test } = result.images
    return { result, outcome: `${training} images to train on, ${test} to test on.` }
  })
}

/** Plays an annotator who answers from the truth of a labelled folder. */
export function startSimulation(context: AppContext, request: SimulateRequest): StartedJob<SimulateResult> {
  context.devices.check(request.device)
  const cacheFolder = cacheFolderOf(request.folder)
  return context.jobs.start('train', 'Simulate', async (job) => {
    await warnIfAssumed(context, request.backbone, job.signal)
    const { device: _, ...result } = await onDevice(context, request.device, (device) =>
      context.compute.run('simulate', { ...request, device, cacheFolder }, following(job)),
    )
    return { result, outcome: `${result.images} images, ${result.labels.length} labels.` }
  })
}

/** Nobody can be asked for the normalisation in the middle of a benchmark, so one is assumed, with a warning. */
async function warnIfAssumed(context: AppContext, specification: string, signal: AbortSignal): Promise<void> {
  const missing = await missingNormalisation(context, specification, signal)
  if (missing) context.events.notice('warning', `${missing.message} Assuming 0.5 ± 0.5 here.`, missing.hint)
}

/** Features are kept from one benchmark to the next, beside the program's settings because the folder itself may be read-only. */
function cacheFolderOf(folder: string): string {
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16)
  return path.join(configFolder(), 'benchmarks', name)
}

function following(job: JobControl) {
  let begun: number | undefined
  return {
    signal: job.signal,
    onProgress: (report: BenchmarkProgress | SimulateProgress) => {
      // How long embedding took says nothing about how long training will.
      if (report.phase === 'training') begun ??= performance.now()
      job.update(progressOf(report, begun ?? performance.now()))
    },
  }
}

function progressOf(report: BenchmarkProgress | SimulateProgress, begun: number): Parameters<JobControl['update']>[0] {
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
        phase: `${Math.round(report.known * 100)}% known, mask ${report.seed}`,
        fraction,
        secondsLeft: fraction > 0.02 ? (elapsed / fraction) * (1 - fraction) : null,
      }
    }
    // An order that reaches its goal early skips the rest, so the time left can't be estimated.
    case 'playing':
      return { phase: `Order ${report.order}, round ${report.round}`, fraction: report.fraction, secondsLeft: null }
  }
}
