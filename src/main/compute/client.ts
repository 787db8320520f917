import { type ChildProcess, fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { cancelled, errorFrom, UserError } from '../base/errors.ts'
import { umask } from '../base/umask.ts'
import { computeEnvironment } from './environment.ts'
import type { Reply, Request } from './messages.ts'
import type { InputOf, Log, ProgressOf, ResultOf, TaskMap } from './tasks.ts'
import { watchdogVariables } from './watchdog.ts'

export interface ComputeOptions {
  /** The file that calls `serveTasks`. */
  entry: string
  /** The Node executable. In Electron, `process.execPath` is Electron itself, so its shell passes the bundled Node. */
  node?: string
  nodeArguments?: string[]
  /** Added to the minimal environment (environment.ts). */
  environment?: Record<string, string>
  log?: Log
  /** Milliseconds a polite stop may take before the process is killed. @default 5 000 */
  stopWithin?: number
  /** Milliseconds a cancelled task may take to end before the process is killed. @default 10 000 */
  endWithin?: number
  /** Bytes of memory beyond which the process is killed. @default no limit */
  memory?: number
  restart?: Partial<RestartPolicy>
}

/** Times in milliseconds. */
export interface RestartPolicy {
  /** Wait before the restart after the first crash; doubles with each further one. */
  firstDelay: number
  longestDelay: number
  /** This many crashes without a finished task in between count as a loop, and `run` is refused … */
  crashesInLoop: number
  /** … for this long after the last one. */
  refusedFor: number
}

export interface Crash {
  code: number | null
  signal: NodeJS.Signals | null
  /** What happened, as a sentence. */
  what: string
  /** The last lines of output, including those of native libraries. */
  lastLines: string[]
  /** Names of the tasks that were running. */
  tasks: string[]
  /** The number of crashes in a row, without a finished task in between. */
  inARow: number
}

export interface RunOptions<Progress> {
  signal?: AbortSignal
  onProgress?: (progress: Progress) => void
  /** Milliseconds the task may take before the process is killed. @default no limit */
  within?: number
}

/** Whether a task failed because the process was lost, perhaps through another task: running it again may succeed. */
export function isComputeLost(error: unknown): boolean {
  return error instanceof UserError && (error.code === 'compute-crashed' || error.code === 'compute-restarted')
}

interface Running {
  task: string
  cancel: () => void
  onProgress?: (progress: never) => void
  resolve: (result: never) => void
  reject: (error: unknown) => void
}

const keptLines = 20

/** Running processes, killed when this one exits. If this one is killed, they notice by themselves (watchdog.ts). */
const alive = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

/**
 * The compute process, seen from the main process: started when first needed, restarted when next needed after a crash.
 * A crash rejects the running tasks with a UserError and emits the event `crash`; nothing is retried here.
 */
export class ComputeProcess<Tasks extends TaskMap> extends EventEmitter<{ crash: [Crash]; start: [] }> {
  readonly #options: ComputeOptions
  readonly #policy: RestartPolicy
  readonly #running = new Map<number, Running>()
  #child: ChildProcess | undefined
  #ready: Promise<ChildProcess> | undefined
  /** Resolves when the child has exited and its output has been read. */
  #gone: Promise<void> = Promise.resolve()
  #backingOff: AbortController | undefined
  #lastId = 0
  #crashesInARow = 0
  #lastCrash: { at: number; what: string } | undefined
  #stopping: Promise<void> | undefined

  constructor(options: ComputeOptions) {
    super()
    this.#options = options
    this.#policy = { firstDelay: 200, longestDelay: 10_000, crashesInLoop: 5, refusedFor: 60_000, ...options.restart }
  }

  /** Undefined while no process runs. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /**
   * Runs a task. Cancelling asks the task to end; the promise settles once it has, with the task's result or the UserError
   * `cancelled`. If a task doesn't end because a native library keeps computing, the process is killed; the next task starts a new
   * one.
   * @throws UserError of the task; `compute-crashed`; `compute-restarted` if the process was killed because of another task;
   *   `compute-overdue`, `compute-crash-loop`, `compute-not-started`, `compute-stopped`; anything else is a bug
   */
  async run<Name extends keyof Tasks & string>(
    task: Name,
    input: InputOf<Tasks[Name]>,
    { signal, onProgress, within }: RunOptions<ProgressOf<Tasks[Name]>> = {},
  ): Promise<ResultOf<Tasks[Name]>> {
    let child: ChildProcess
    // The process may crash right after its start; then it is started again.
    do {
      child = await this.#start()
      if (signal?.aborted) throw cancelled('The task')
    } while (child !== this.#child)
    const id = ++this.#lastId
    const timers: NodeJS.Timeout[] = []
    const endAfter = (time: number, reason: () => UserError) =>
      timers.push(setTimeout(() => this.#abandon(child, id, reason()), time))
    const cancel = () => {
      send(child, { kind: 'cancel', id })
      endAfter(this.#options.endWithin ?? 10_000, () => cancelled('The task'))
    }
    try {
      return await new Promise<ResultOf<Tasks[Name]>>((resolve, reject) => {
        this.#running.set(id, { task, cancel, onProgress, resolve, reject })
        signal?.addEventListener('abort', cancel, { once: true })
        if (within !== undefined) endAfter(within, () => overdue(within))
        send(child, { kind: 'run', id, task, input, umask: umask() })
      })
    } finally {
      timers.forEach(clearTimeout)
      this.#running.delete(id)
      signal?.removeEventListener('abort', cancel)
    }
  }

  /** Cancels every running task, as its own signal would. */
  cancelAll(): void {
    for (const { cancel } of this.#running.values()) cancel()
  }

  /**
   * Cancels running tasks, asks the process to exit, and kills it if it doesn't. Later calls of `run` are refused, since nothing
   * would stop a new process.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #stop(): Promise<void> {
    this.#backingOff?.abort(stopped())
    const child = this.#child
    if (!child) return
    send(child, { kind: 'stop' })
    const kill = setTimeout(() => child.kill('SIGKILL'), this.#options.stopWithin ?? 5_000)
    await this.#gone
    clearTimeout(kill)
  }

  async #start(): Promise<ChildProcess> {
    this.#ready ??= this.#spawn().catch((error) => {
      this.#ready = undefined
      throw error
    })
    return this.#ready
  }

  async #spawn(): Promise<ChildProcess> {
    await this.#backOff()
    if (this.#stopping) throw stopped()
    const { entry, node, nodeArguments, environment, memory } = this.#options
    const child = fork(entry, [], {
      execPath: node ?? process.execPath,
      execArgv: nodeArguments ?? [],
      env: computeEnvironment({
        ...environment,
        [watchdogVariables.parent]: String(process.pid),
        ...(memory === undefined ? {} : { [watchdogVariables.memory]: String(Math.round(memory)) }),
      }),
      // Structured clone: typed arrays, maps and dates survive.
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#child = child
    alive.add(child)
    const lastLines: string[] = []
    const outputEnded = [child.stdout!, child.stderr!].map((stream) => this.#keepLines(stream, lastLines))
    const gone = Promise.withResolvers<void>()
    this.#gone = gone.promise

    return new Promise((resolve, reject) => {
      child.on('error', (error) => {
        // The process didn't start at all (no such executable), so no 'exit' follows.
        if (child.pid !== undefined) return
        alive.delete(child)
        this.#child = undefined
        gone.resolve()
        reject(
          new UserError(
            'compute-not-started',
            `The compute process can’t be started: ${error.message}`,
            'Reinstall Surmise: its Node program is missing or damaged.',
            { cause: error },
          ),
        )
      })
      child.on('message', (reply: Reply) => {
        if (reply.kind === 'ready') {
          this.emit('start')
          resolve(child)
        } else this.#receive(reply)
      })
      child.on('exit', async (code, signal) => {
        alive.delete(child)
        // The last output may still be in the pipe. A grandchild could hold it open, hence the limit.
        await Promise.race([Promise.all(outputEnded), wait(500, undefined, { ref: false })])
        gone.resolve()
        // `#abandon` has already dealt with its tasks.
        if (this.#child !== child) return reject(restarted())
        this.#child = undefined
        this.#ready = undefined
        reject(this.#exited(code, signal, lastLines))
      })
    })
  }

  /**
   * Kills the process at once because a task in it doesn't end. Its other tasks are rejected with `compute-restarted`.
   * @param reason rejects that task
   */
  #abandon(child: ChildProcess, id: number, reason: UserError): void {
    if (!this.#running.has(id) || child !== this.#child) return
    this.#log(
      'warn',
      `Killing the compute process because “${this.#running.get(id)!.task}” doesn’t end: ${reason.message}`,
    )
    this.#child = undefined
    this.#ready = undefined
    child.kill('SIGKILL')
    for (const [other, running] of this.#running) {
      this.#running.delete(other)
      running.reject(other === id ? reason : restarted())
    }
  }

  /** Rejects the running tasks. @returns the error for a caller still waiting for the start */
  #exited(code: number | null, signal: NodeJS.Signals | null, lastLines: string[]): UserError {
    const running = [...this.#running.values()]
    this.#running.clear()
    if (this.#stopping) {
      const error = stopped()
      for (const task of running) task.reject(error)
      return error
    }
    const crash: Crash = {
      code,
      signal,
      what: describeExit(code, signal),
      lastLines,
      tasks: running.map(({ task }) => task),
      inARow: ++this.#crashesInARow,
    }
    this.#lastCrash = { at: performance.now(), what: crash.what }
    this.#log(
      'error',
      `${crash.what} Running: ${crash.tasks.join(', ') || 'nothing'}. It last wrote:\n${lastLines.join('\n')}`,
    )
    const error = new UserError(
      'compute-crashed',
      crash.what,
      'Your project is safe. Try again; Surmise restarts the compute process.',
      { cause: new Error(lastLines.join('\n')) },
    )
    for (const task of running) task.reject(error)
    this.emit('crash', crash)
    return error
  }

  #receive(reply: Exclude<Reply, { kind: 'ready' }>): void {
    if (reply.kind === 'log') {
      this.#log(reply.level, reply.message)
      return
    }
    const running = this.#running.get(reply.id)
    if (reply.kind === 'progress') {
      running?.onProgress?.(reply.progress as never)
      return
    }
    // A task that ended, in success or failure, shows that the process works.
    this.#crashesInARow = 0
    if (reply.kind === 'result') running?.resolve(reply.result as never)
    else running?.reject(errorFrom(reply.report))
  }

  async #backOff(): Promise<void> {
    if (this.#crashesInARow === 0 || !this.#lastCrash) return
    const { firstDelay, longestDelay, crashesInLoop, refusedFor } = this.#policy
    const since = performance.now() - this.#lastCrash.at
    if (this.#crashesInARow >= crashesInLoop && since < refusedFor) {
      throw new UserError(
        'compute-crash-loop',
        `The compute process has crashed ${this.#crashesInARow} times in a row. Last time: ${this.#lastCrash.what}`,
        `Choose the CPU as the device, or see the log. Surmise tries again in ${Math.ceil((refusedFor - since) / 1000)} s.`,
      )
    }
    const delay = Math.min(longestDelay, firstDelay * 2 ** (this.#crashesInARow - 1))
    this.#backingOff = new AbortController()
    const { signal } = this.#backingOff
    await wait(Math.max(0, delay - since), undefined, { signal }).catch(() => {
      throw signal.reason
    })
  }

  #keepLines(stream: NodeJS.ReadableStream, lastLines: string[]): Promise<void> {
    let rest = ''
    const keep = (line: string) => {
      if (line.trim() === '') return
      if (lastLines.push(line.slice(0, 2_000)) > keptLines) lastLines.shift()
      this.#log('debug', line)
    }
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => {
      const lines = (rest + text).split(/\r?\n/)
      rest = lines.pop()!.slice(-10_000)
      lines.forEach(keep)
    })
    return new Promise((resolve) => {
      stream.on('close', () => {
        keep(rest)
        resolve()
      })
    })
  }

  #log: Log = (level, message) => this.#options.log?.(level, message)
}

function restarted(): UserError {
  return new UserError(
    'compute-restarted',
    'The compute process was restarted because a task in it didn’t finish.',
    'Try again.',
  )
}

function overdue(within: number): UserError {
  return new UserError(
    'compute-overdue',
    `This took longer than ${(within / 1000).toFixed()} s and was stopped.`,
    'Try again; if it happens again, choose another model.',
  )
}

function stopped(): UserError {
  return new UserError('compute-stopped', 'The compute process was stopped.', 'Start the task again.')
}

/** If the channel has just closed, the message is lost, but the exit that follows settles the task. */
function send(child: ChildProcess, request: Request): void {
  if (child.connected) child.send(request, () => undefined)
}

function describeExit(code: number | null, signal: NodeJS.Signals | null): string {
  const reasons: Partial<Record<NodeJS.Signals, string>> = {
    SIGKILL: 'it was killed, possibly because memory ran out (SIGKILL)',
    SIGTERM: 'another program ended it (SIGTERM)',
    SIGABRT: 'a native library aborted (SIGABRT)',
    SIGSEGV: 'a native library accessed invalid memory (SIGSEGV)',
    SIGBUS: 'a native library accessed invalid memory (SIGBUS)',
    SIGILL: 'a native library doesn’t support this processor (SIGILL)',
  }
  const reason = signal ? (reasons[signal] ?? `signal ${signal}`) : `exit code ${code}`
  return `The compute process crashed: ${reason}.`
}
