import { setTimeout as wait } from 'node:timers/promises'
import { cancelled, reportOf } from '../base/errors.ts'
import { setUmask } from '../base/umask.ts'
import type { Reply, Request } from './messages.ts'
import type { TaskMap } from './tasks.ts'
import { watchOver } from './watchdog.ts'

/** Milliseconds that tasks have to clean up before the process exits. */
const cleanUpWithin = 3_000

/**
 * Serves tasks to the process that started this one (`ComputeProcess` in client.ts), until it says stop or is gone.
 * Tasks run concurrently; those that must not (two runs of a graph) coordinate among themselves.
 * @throws if this process wasn't started with a channel to its parent
 */
export function serveTasks(tasks: TaskMap): void {
  if (!process.send) throw new Error('serveTasks must run in a process that ComputeProcess started')
  watchOver()
  const running = new Map<number, { abort: AbortController; ended: Promise<void> }>()

  const end = async (code: number): Promise<never> => {
    for (const { abort } of running.values()) abort.abort(cancelled('The task'))
    const settled = Promise.all([...running.values()].map((task) => task.ended)).then(() => true)
    const isOver = await Promise.race([settled, wait(cleanUpWithin, false)])
    // `exit` would wait for every thread, and one computing in a native library can't be interrupted.
    if (!isOver) process.kill(process.pid, 'SIGKILL')
    process.exit(code)
  }

  process.on('message', (request: Request) => {
    if (request.kind === 'run') {
      setUmask(request.umask)
      const abort = new AbortController()
      const ended = answer(tasks, request, abort.signal).finally(() => running.delete(request.id))
      running.set(request.id, { abort, ended })
    } else if (request.kind === 'cancel') {
      running.get(request.id)?.abort.abort(cancelled('The task'))
    } else {
      void end(0)
    }
  })
  // The main process is gone, perhaps killed: nobody is waiting for results.
  process.on('disconnect', () => void end(0))
  // Ctrl+C reaches every process in the terminal; the main process decides what to stop.
  process.on('SIGINT', () => undefined)
  void send({ kind: 'ready' })
}

async function answer(
  tasks: TaskMap,
  { id, task, input }: Extract<Request, { kind: 'run' }>,
  signal: AbortSignal,
): Promise<void> {
  try {
    if (!Object.hasOwn(tasks, task)) throw new Error(`The compute process has no task “${task}”`)
    const result = await tasks[task](input as never, {
      signal,
      progress: (progress) => void send({ kind: 'progress', id, progress }),
      log: (level, message) => void send({ kind: 'log', level, message }),
    })
    await send({ kind: 'result', id, result })
  } catch (error) {
    // Libraries that support AbortSignal throw its reason, or an AbortError of their own.
    const aborted = signal.aborted && error instanceof Error && error.name === 'AbortError'
    await send({ kind: 'error', id, report: reportOf(aborted ? signal.reason : error) })
  }
}

/** Resolves once the message has been handed to the system. @throws if it can't be cloned */
function send(reply: Reply): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) return resolve()
    // If the write fails, the parent is gone, and 'disconnect' follows.
    process.send!(reply, undefined, undefined, () => resolve())
  })
}
