import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type ErrorReport, errorFrom } from '../../base/errors.ts'
import type { Device } from '../../tensor/run/session.ts'
import type { Backbone } from '../backbone.ts'
import type { Look } from '../pixels/looks.ts'
import { batchFor } from './batchSearch.ts'
import { type Extractor, type ExtractorOptions, openExtractor } from './extractor.ts'

/** The data that a worker thread is started with. */
export interface WorkerStart {
  backbone: Backbone
  options: ExtractorOptions
}

export type WorkerAnswer = { records: (Float16Array | undefined)[] } | { report: ErrorReport } | { ready: number }

/** Memory that all copies of a model may take together, and that one takes besides its weights. Bytes. */
const memory = { all: 2 * 1024 ** 3, besides: 128 * 1024 ** 2 }

/**
 * How to divide the cores. Several copies of the model, each on its own thread, needn't wait for each other, whereas the threads of
 * one run wait at every operator (on two cores, copies are a fifth to a third faster; bench/embedding.ts). Large models get fewer
 * copies with more threads each.
 */
export function planCopies(cores: number, modelBytes: number): { copies: number; threads: number } {
  // Creating a session holds the weights twice.
  const fitting = Math.floor(memory.all / (2 * modelBytes + memory.besides))
  const copies = Math.max(1, Math.min(cores, 8, fitting))
  return { copies, threads: Math.max(1, Math.floor(cores / copies)) }
}

/**
 * Opens extractors that run in parallel. On the CPU they are worker threads, so that this thread can keep serving (and decoding)
 * while models run. On an accelerator there is one, in this thread: two concurrent runs on WebGPU abort the process, and the queue
 * that prevents that (tensor/session.ts) works per thread.
 * @param images number of images to embed; for many, the device's best batch size is searched first
 */
export async function openExtractors(
  backbone: Backbone,
  device: Device,
  { cores = availableParallelism(), images, signal }: { cores?: number; images: number; signal?: AbortSignal },
): Promise<Extractor[]> {
  if (device !== 'cpu') {
    const batch = await batchFor(backbone, device, images, { signal })
    return [await openExtractor(backbone, { device, threads: 0, batch })]
  }
  const { copies, threads } = planCopies(cores, backbone.fileBytes)
  // A few images are divided among the extractors, so that one doesn't run them all.
  const share = Math.ceil(images / copies)
  const batch = Math.min(share, await batchFor(backbone, device, images, { threads, signal }))
  const opening = Array.from({ length: copies }, () => openInWorker(backbone, { device, threads, batch }))
  const opened = await Promise.allSettled(opening)
  const failure = opened.find((result) => result.status === 'rejected')
  if (!failure) return Promise.all(opening)
  await Promise.all(opened.map((result) => (result.status === 'fulfilled' ? result.value.close() : undefined)))
  throw failure.reason
}

async function openInWorker(backbone: Backbone, options: ExtractorOptions): Promise<Extractor> {
  const start: WorkerStart = { backbone, options }
  const worker = new Worker(new URL('./extractorWorker.ts', import.meta.url), { workerData: start, execArgv: [] })
  let ended = false
  worker.once('exit', () => {
    ended = true
  })
  /** One request at a time, so responses need no ids. */
  const ask = (question?: readonly (readonly Look[])[]) =>
    new Promise<WorkerAnswer>((resolve, reject) => {
      if (ended) throw new Error('The extractor’s thread has ended.')
      const settle = (act: () => void) => {
        worker.off('message', onMessage).off('error', onError).off('exit', onExit)
        act()
      }
      const onMessage = (answer: WorkerAnswer) =>
        settle(() => ('report' in answer ? reject(errorFrom(answer.report)) : resolve(answer)))
      const onError = (error: Error) => settle(() => reject(error))
      const onExit = () => settle(() => reject(new Error('The extractor’s thread ended.')))
      worker.on('message', onMessage).on('error', onError).on('exit', onExit)
      if (question) worker.postMessage(question)
    })
  const ready = await ask()
  if (!('ready' in ready)) throw new Error('The extractor’s thread answered before it was asked.')
  return {
    batch: ready.ready,
    async extract(images) {
      const answer = await ask(images)
      if (!('records' in answer)) throw new Error('The extractor’s thread gave no records.')
      return answer.records
    },
    async close() {
      await worker.terminate()
    },
  }
}
