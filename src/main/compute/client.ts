import { type ChildProcess, fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { cancelled, errorFrom, UserError } from '../base/errors.ts'
import { umask } from '../base/umask.ts'
import { computeEnvironment } from './environment.ts'
import type { Reply, Request } from './messages.ts'
import type { InputOf, Log, ProgressOf, ResultOf, TaskMap } from './tasks.ts'
import { watchedBy } from './watchdog.ts'

export interface ComputeOptions {
  /** The file that calls `serveTasks`. */
  entry: string
  /** The Node program. In Electron `process.execPath` is Electron, so its shell names the Node that it carries. */
  node?: string
  nodeArguments?: string[]
  /** Added to the minimal environment (environment.ts). */
  environment?: Record<string, string>
  log?: Log
  /** How long a polite stop may take before the process is killed, in milliseconds. */
  stopWithin?: number
  /** How long a task may take to end once it is cancelled, before the process is killed, in milliseconds. @default 10 000 */
  endWithin?: number
  /** Bytes that the process may take; with more it is killed. @default no limit */
  memory?: number
  restart?: Partial<RestartPolicy>
}

/** Times in milliseconds. */
export interface RestartPolicy {
  /** Wait before the start that follows the first crash; doubles with each further one. */
  firstDelay: number
  longestDelay: number
  /** So many crashes without a finished task between them are a loop: `run` is refused… */
  crashesInLoop: number
  /** … until so long after the last of them. */
  refusedFor: number
}

export interface Crash {
  code: number | null
  signal: NodeJS.Signals | null
  /** A sentence: what happened. */
  what: string
  /** The last lines that the process wrote, native libraries' included. */
  lastLines: string[]
  /** Names of the tasks that were running. */
  tasks: string[]
  /** This many in a row, without a finished task between them. */
  inARow: number
}

export interface RunOptions<Progress> {
  signal?: AbortSignal
  onProgress?: (progress: Progress) => void
  /** Milliseconds in which the task must have ended, or the process is killed. @default as long as it takes */
  within?: number
}

/** Whether the process was lost under a task that could do nothing about it: it may be asked for again. */
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

/** Processes that are at work. None outlives this one, in whichever hurry this one ends; of a kill they learn by themselves (watchdog.ts). */
const alive = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

/**
 * The compute process, seen from the main process: started when first needed, restarted when next needed after a crash.
 * A crash rejects the tasks that were running with a UserError and is told by the event `crash`; nothing is retried here.
 */
export class ComputeProcess<Tasks extends TaskMap> extends EventEmitter<{ crash: [Crash]; start: [] }> {
  readonly #options: ComputeOptions
  readonly #policy: RestartPolicy
  readonly #running = new Map<number, Running>()
  #child: ChildProcess | undefined
  #ready: Promise<ChildProcess> | undefined
  /** Resolves when the child, and all that it wrote, has come to its end. */
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
   * Runs a task. Cancelling asks the task to end: the promise settles when it did, with what the task then returns or with
   * the UserError `cancelled`. A task that doesn't end, since a native library computes on and on, costs the process; another one
   * is started for whoever comes next.
   * @throws UserError of the task; `compute-crashed`, `compute-restarted` where the process was ended for another task,
   *   `compute-overdue`, `compute-crash-loop`, `compute-not-started`, `compute-stopped`; anything else is a bug
   */
  async run<Name extends keyof Tasks & string>(
    task: Name,
    input: InputOf<Tasks[Name]>,
    { signal, onProgress, within }: RunOptions<ProgressOf<Tasks[Name]>> = {},
  ): Promise<ResultOf<Tasks[Name]>> {
    let child: ChildProcess
    // The process may crash between its start and this line; then it is started again.
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

  /** Cancels every task that is running, as its own signal would. */
  cancelAll(): void {
    for (const { cancel } of this.#running.values()) cancel()
  }

  /**
   * Asks the process to end, kills it if it does not. Running tasks are cancelled. It is for good: a later `run` is refused, since
   * nobody would be left to end what it starts.
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
        [watchedBy.parent]: String(process.pid),
        ...(memory === undefined ? {} : { [watchedBy.memory]: String(Math.round(memory)) }),
      }),
      // Typed arrays, maps and dates pass as such.
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
        // Not started at all (no such program): there is no 'exit' then.
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
        // What a dying library wrote may still be in the pipe. A grandchild could hold it open, hence the limit.
        await Promise.race([Promise.all(outputEnded), wait(500, undefined, { ref: false })])
        gone.resolve()
        // One that was given up is nobody's any more.
        if (this.#child !== child) return reject(restarted())
        this.#child = undefined
        this.#ready = undefined
        reject(this.#exited(code, signal, lastLines))
      })
    })
  }

  /**
   * Kills a process that a task doesn't give back, at once and without asking. What else was running in it ends with it.
   * @param reason what is said of that task
   */
  #abandon(child: ChildProcess, id: number, reason: UserError): void {
    if (!this.#running.has(id) || child !== this.#child) return
    this.#log(
      'warn',
      `The compute process is ended, since “${this.#running.get(id)!.task}” does not end: ${reason.message}`,
    )
    this.#child = undefined
    this.#ready = undefined
    child.kill('SIGKILL')
    for (const [other, running] of this.#running) {
      this.#running.delete(other)
      running.reject(other === id ? reason : restarted())
    }
  }

  /** Settles what was running. @returns the error for a caller that still waits for the start */
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
    // A task that came to its end, well or not, is a process that works.
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

/** A channel that has just closed loses the message; the exit that follows settles the task. */
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
