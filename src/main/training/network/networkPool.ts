import { Worker } from 'node:worker_threads'
import { type ErrorReport, errorFrom } from '../../base/errors.ts'
import type { NetworkSizes } from '../../sst/network.ts'
import type { SstData } from './data.ts'
import type { SstOptions, SstStep, TrainedNetwork } from './sstTraining.ts'

/** What a thread is started with. */
export interface NetworkStart {
  data: SstData
  sizes: NetworkSizes
  options: Omit<SstOptions, 'signal' | 'onStep'>
  measure: boolean
  /** One number in shared memory, set to 1 to stop the training: a thread that is computing receives no messages. */
  stop: Int32Array
}

export type NetworkAnswer = { step: SstStep } | { trained: TrainedNetwork } | { report: ErrorReport }

/**
 * Trains a network on a thread of its own, since ONNX Runtime computes on the calling thread.
 * @param data its large arrays should lie in shared memory, or they are copied
 * @throws as `trainNetwork`
 */
export async function trainInWorker(
  data: SstData,
  sizes: NetworkSizes,
  { signal, onStep, ...options }: SstOptions & { signal?: AbortSignal },
): Promise<TrainedNetwork> {
  signal?.throwIfAborted()
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const start: NetworkStart = { data, sizes, options, measure: onStep !== undefined, stop }
  const worker = new Worker(new URL('./networkWorker.ts', import.meta.url), { workerData: start, execArgv: [] })
  const abort = (): void => void Atomics.store(stop, 0, 1)
  signal?.addEventListener('abort', abort)
  let end: Exclude<NetworkAnswer, { step: SstStep }> | undefined
  try {
    // Waits for the thread to exit by itself: terminating it while ONNX Runtime computes would crash the whole process.
    await new Promise<void>((resolve, reject) => {
      worker.on('message', (answer: NetworkAnswer) => {
        if ('step' in answer) onStep?.(answer.step)
        else end = answer
      })
      worker.once('error', reject)
      worker.once('exit', () => resolve())
    })
  } finally {
    signal?.removeEventListener('abort', abort)
  }
  signal?.throwIfAborted()
  if (end && 'trained' in end) return end.trained
  throw end ? errorFrom(end.report) : new Error('The training thread ended.')
}
