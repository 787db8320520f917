/**
 * Types of the compute process's tasks. This room knows no task by name: the process's entry point (in `shell/`) collects the
 * tasks of the other rooms in one map, whose type also makes `ComputeProcess.run` typed.
 */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type Log = (level: LogLevel, message: string) => void

export interface TaskContext<Progress> {
  /** Aborts when the caller cancels, the process is asked to stop, or the main process is gone. */
  readonly signal: AbortSignal
  /** Sends progress to the caller. Cheap, but not free: a few times a second is plenty. */
  progress(progress: Progress): void
  readonly log: Log
}

/**
 * A task of the compute process. Input, progress and result cross a process boundary by structured clone: plain objects,
 * typed arrays, maps and dates, no functions. A cancelled task either throws or returns what it has done so far.
 */
export type Task<Input, Progress, Result> = (input: Input, context: TaskContext<Progress>) => Promise<Result>

/** `never` for what a task takes in, so that every task is assignable. */
export type TaskMap = Record<string, Task<never, never, unknown>>

export type InputOf<T> = T extends Task<infer Input, never, unknown> ? Input : never
export type ProgressOf<T> = T extends (input: never, context: TaskContext<infer Progress>) => unknown ? Progress : never
export type ResultOf<T> = T extends Task<never, never, infer Result> ? Result : never
