/** A worker thread that runs one copy of a backbone (extractorPool.ts). */
import { parentPort, workerData } from 'node:worker_threads'
import { reportOf } from '../../base/errors.ts'
import type { Look } from '../pixels/looks.ts'
import { openExtractor } from './extractor.ts'
import type { WorkerAnswer, WorkerStart } from './extractorPool.ts'

const port = parentPort!
const answer = (message: WorkerAnswer, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer)

try {
  const { backbone, options } = workerData as WorkerStart
  const extractor = await openExtractor(backbone, options)
  port.on('message', async (images: Look[][]) => {
    try {
      const records = await extractor.extract(images)
      answer(
        { records },
        records.flatMap((record) => (record ? [record.buffer as ArrayBuffer] : [])),
      )
    } catch (error) {
      answer({ report: reportOf(error) })
    }
  })
  answer({ ready: extractor.batch })
} catch (error) {
  answer({ report: reportOf(error) })
}
