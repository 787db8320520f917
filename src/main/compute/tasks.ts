/**
 * What the compute process runs. This room knows no task by name: the entry of the process (in `shell/`) gathers the
 * tasks of the other rooms in one map, and the same map's type makes `ComputeProcess.run` typed.
 */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type Log = (level: LogLevel, message: string) => void

export interface TaskContext<Progress> {
  /** Aborted when the caller cancels, when the process is asked to stop, and when the main process is gone. */
  readonly signal: AbortSignal
  /** Sends a progress report to the caller. Cheap, but not free: a few times a second is plenty. */
  progress(progress: Progress): void
  readonly log: Log
}

/**
 * A task of the compute process. Input, progress and result cross a process boundary by structured clone: plain objects,
 * typed arrays, maps and dates, no functions. A task that was cancelled either throws, or returns what it got done.
 */
export type Task<Input, Progress, Result> = (input: Input, context: TaskContext<Progress>) => Promise<Result>

/** `never` in the places that a task reads from: any task fits. */
export type TaskMap = Record<string, Task<never, never, unknown>>

export type InputOf<T> = T extends Task<infer Input, never, unknown> ? Input : never
export type ProgressOf<T> = T extends (input: never, context: TaskContext<infer Progress>) => unknown ? Progress : never
export type ResultOf<T> = T extends Task<never, never, infer Result> ? Result : never
