import { Worker } from 'node:worker_threads'
import { serveTasks } from '../../src/main/compute/server.ts'
import type { TaskContext } from '../../src/main/compute/tasks.ts'
import { Session, tensorOf } from '../../src/main/tensor/run/session.ts'
import { conditionEndless } from '../backbone/endlessModels.ts'

/** Runs a model that never ends, on the thread that calls this: no JavaScript runs there any more. */
export async function runEndless(): Promise<void> {
  const session = await Session.open(conditionEndless(), { threads: 1 })
  await session.run({ x: tensorOf('float32', new Float32Array(3 * 32 * 32), [1, 3, 32, 32]) })
}

/** What a native library does to a process. */
export const tasks = {
  pid: async () => process.pid,
  endless: async (_: null, { progress }: TaskContext<'started'>) => {
    progress('started')
    await runEndless()
  },
  endlessThread: async (_: null, { progress }: TaskContext<'started'>) => {
    const worker = new Worker(new URL('./endlessWorker.ts', import.meta.url), { execArgv: [] })
    worker.once('message', () => progress('started'))
    await new Promise(() => undefined)
  },
  gulp: async () => {
    const taken: Buffer[] = []
    for (;;) taken.push(Buffer.alloc(16 * 1024 ** 2, 1))
  },
  waits: async () => new Promise<never>(() => undefined),
}

if (process.send) serveTasks(tasks)
