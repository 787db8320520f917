/** A thread that trains one network (networkPool.ts). */
import { parentPort, workerData } from 'node:worker_threads'
import { reportOf } from '../base/errors.ts'
import type { NetworkAnswer, NetworkStart } from './networkPool.ts'
import { type SstStep, trainNetwork } from './sstTraining.ts'

const answer = (message: NetworkAnswer): void => parentPort!.postMessage(message)

try {
  const { data, sizes, options, measure } = workerData as NetworkStart
  const onStep = (step: SstStep): void => answer({ step })
  answer({ trained: await trainNetwork(data, sizes, measure ? { ...options, onStep } : options) })
} catch (error) {
  answer({ report: reportOf(error) })
}
