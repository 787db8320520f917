import { Worker } from 'node:worker_threads'
import { type ErrorReport, errorFrom } from '../base/errors.ts'
import type { NetworkSizes } from '../sst/network.ts'
import type { SstData } from './sstData.ts'
import type { SstOptions, SstStep, TrainedNetwork } from './sstTraining.ts'

/** What the thread is started with. */
export interface NetworkStart {
  data: SstData
  sizes: NetworkSizes
  options: Omit<SstOptions, 'signal' | 'onStep'>
  measure: boolean
}

export type NetworkAnswer = { step: SstStep } | { trained: TrainedNetwork } | { report: ErrorReport }

/**
 * Trains a network on a thread of its own. (ONNX Runtime runs a model on the thread that calls it.)
 * @param data its large arrays in shared memory, so that they are not copied
 * @throws the signal's reason when cancelled
 */
export async function trainInWorker(
  data: SstData,
  sizes: NetworkSizes,
  { signal, onStep, ...options }: SstOptions,
): Promise<TrainedNetwork> {
  signal?.throwIfAborted()
  const start: NetworkStart = { data, sizes, options, measure: onStep !== undefined }
  const worker = new Worker(new URL('./networkWorker.ts', import.meta.url), { workerData: start, execArgv: [] })
  let abort: (() => void) | undefined
  try {
    return await new Promise<TrainedNetwork>((resolve, reject) => {
      abort = () => reject(signal?.reason)
      signal?.addEventListener('abort', abort)
      worker.on('message', (answer: NetworkAnswer) => {
        if ('step' in answer) onStep?.(answer.step)
        else if ('trained' in answer) resolve(answer.trained)
        else reject(errorFrom(answer.report))
      })
      worker.once('error', reject)
      worker.once('exit', () => reject(new Error('The training thread ended.')))
    })
  } finally {
    if (abort) signal?.removeEventListener('abort', abort)
    await worker.terminate()
  }
}
