import type { ErrorReport } from '../base/errors.ts'
import type { LogLevel } from './tasks.ts'

/** From the main process to the compute process. */
export type Request =
  /** `umask`: for the files the task writes (base/umask.ts). */
  | { kind: 'run'; id: number; task: string; input: unknown; umask: number }
  | { kind: 'cancel'; id: number }
  /** Abort every task, let them clean up, exit. */
  | { kind: 'stop' }

/** From the compute process to the main process. */
export type Reply =
  | { kind: 'ready' }
  | { kind: 'progress'; id: number; progress: unknown }
  | { kind: 'result'; id: number; result: unknown }
  | { kind: 'error'; id: number; report: ErrorReport }
  | { kind: 'log'; level: LogLevel; message: string }
