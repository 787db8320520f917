import { Worker } from 'node:worker_threads'
import { type ErrorReport, errorFrom } from '../base/errors.ts'

/** What takes long and needs no answer at once, done on a thread of its own with a connection of its own. */
export type MaintenanceTask =
  /** Reads the whole file; the answer lists what is wrong. */
  | 'check'
  /** Moves what was written from the write-ahead log into the file, so that no mark has to wait for it. */
  | 'checkpoint'

export type MaintenanceReply = { problems: string[] } | { error: ErrorReport }

/** @throws UserError, see `asProjectError` */
export async function maintain(path: string, task: MaintenanceTask): Promise<string[]> {
  const worker = new Worker(new URL('./maintenanceWorker.ts', import.meta.url), { workerData: { path, task } })
  const reply = await new Promise<MaintenanceReply>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`The maintenance thread ended with code ${code}.`)))
  })
  if ('error' in reply) throw errorFrom(reply.error)
  return reply.problems
}
