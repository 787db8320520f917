import { setTimeout as wait } from 'node:timers/promises'
import { cancelled, reportOf } from '../base/errors.ts'
import { setUmask } from '../base/umask.ts'
import type { Reply, Request } from './messages.ts'
import type { TaskMap } from './tasks.ts'
import { watchOver } from './watchdog.ts'

/** How long tasks may take to put things in order once the process has to end, in milliseconds. */
const farewell = 3_000

/**
 * Serves tasks to the process that started this one (`ComputeProcess` in client.ts), until it says stop or is gone.
 * Tasks run side by side; what must not (two runs of a graph) waits in its own room.
 * @throws if this process was not started with a channel to its parent
 */
export function serveTasks(tasks: TaskMap): void {
  if (!process.send) throw new Error('serveTasks must run in a process that ComputeProcess started')
  watchOver()
  const running = new Map<number, { abort: AbortController; ended: Promise<void> }>()

  const end = async (code: number): Promise<never> => {
    for (const { abort } of running.values()) abort.abort(cancelled('The task'))
    const settled = Promise.all([...running.values()].map((task) => task.ended)).then(() => true)
    const isOver = await Promise.race([settled, wait(farewell, false)])
    // An exit waits for every thread, and one that computes in a native library doesn't hear of it.
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
  // The main process is gone (it may have been killed): nobody is left to work for.
  process.on('disconnect', () => void end(0))
  // Ctrl+C reaches every process of the terminal; what it ends is for the main process to say.
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
    // Libraries that know AbortSignal throw its reason, or an AbortError of their own.
    const aborted = signal.aborted && error instanceof Error && error.name === 'AbortError'
    await send({ kind: 'error', id, report: reportOf(aborted ? signal.reason : error) })
  }
}

/** Resolves once the message is with the system. @throws if the message can't be cloned */
function send(reply: Reply): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) return resolve()
    // A failed write means that the parent is gone; 'disconnect' follows.
    process.send!(reply, undefined, undefined, () => resolve())
  })
}
