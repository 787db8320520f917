import { Worker } from 'node:worker_threads'
import { type ErrorReport, errorFrom } from '../../base/errors.ts'

/** What takes long and needs no answer at once, done on a thread of its own with a connection of its own. */
export interface MaintenanceTasks {
  /** Reads the whole file; the answer lists what is wrong. */
  check: { input: { file: string }; result: string[] }
  /** Moves what was written from the write-ahead log into the file, so that no mark has to wait for it. */
  checkpoint: { input: { file: string }; result: null }
  /**
   * Copies the file as it is now, by SQLite's own means, while it is used; the copy is read through before it counts.
   * The answer is false, and nothing is made, where the copy would hold the same as `unlessLike`, or nothing at all.
   */
  backup: { input: { file: string; into: string; unlessLike: string | null; always: boolean }; result: boolean }
  /** What files hold, each; null for one that can't be read. */
  contents: { input: { files: string[] }; result: (ProjectContents | null)[] }
}

/** What a project file holds, in numbers. */
export interface ProjectContents {
  images: number
  labels: number
  present: number
  absent: number
  /** What was done last, null for nothing. */
  lastAction: string | null
}

export type MaintenanceCall = {
  [Task in keyof MaintenanceTasks]: { task: Task; input: MaintenanceTasks[Task]['input'] }
}[keyof MaintenanceTasks]

export type MaintenanceReply = { result: unknown } | { error: ErrorReport }

/** @param signal ends the thread in the middle @throws UserError, see `asProjectError`; the signal's reason */
export async function maintain<Task extends keyof MaintenanceTasks>(
  task: Task,
  input: MaintenanceTasks[Task]['input'],
  signal?: AbortSignal,
): Promise<MaintenanceTasks[Task]['result']> {
  signal?.throwIfAborted()
  const worker = new Worker(new URL('./maintenanceWorker.ts', import.meta.url), { workerData: { task, input } })
  const end = (): void => void worker.terminate()
  signal?.addEventListener('abort', end, { once: true })
  try {
    const reply = await new Promise<MaintenanceReply>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', (code) =>
        reject(signal?.aborted ? signal.reason : new Error(`The maintenance thread ended with code ${code}.`)),
      )
    })
    if ('error' in reply) throw errorFrom(reply.error)
    return reply.result as MaintenanceTasks[Task]['result']
  } finally {
    signal?.removeEventListener('abort', end)
  }
}
