/** A thread that trains one network (networkPool.ts). */
import { parentPort, workerData } from 'node:worker_threads'
import { reportOf } from '../../base/errors.ts'
import type { NetworkAnswer, NetworkStart } from './networkPool.ts'
import { type SstStep, trainNetwork } from './sstTraining.ts'

const answer = (message: NetworkAnswer): void => parentPort!.postMessage(message)

try {
  const { data, sizes, options, measure, stop } = workerData as NetworkStart
  const onStep = (step: SstStep): void => answer({ step })
  const throwIfAborted = (): void => {
    if (Atomics.load(stop, 0) !== 0) throw new Error('The training was stopped.')
  }
  const own = { ...options, signal: { throwIfAborted } }
  answer({ trained: await trainNetwork(data, sizes, measure ? { ...own, onStep } : own) })
} catch (error) {
  answer({ report: reportOf(error) })
}
