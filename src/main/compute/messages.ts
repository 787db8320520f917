import type { ErrorReport } from '../base/errors.ts'
import type { LogLevel } from './tasks.ts'

/** What the main process says to the compute process. */
export type Request =
  /** @param umask what is written must be for nobody else (base/umask.ts) */
  | { kind: 'run'; id: number; task: string; input: unknown; umask: number }
  | { kind: 'cancel'; id: number }
  /** Abort every task, let them put things in order, exit. */
  | { kind: 'stop' }

/** What the compute process says to the main process. */
export type Reply =
  | { kind: 'ready' }
  | { kind: 'progress'; id: number; progress: unknown }
  | { kind: 'result'; id: number; result: unknown }
  | { kind: 'error'; id: number; report: ErrorReport }
  | { kind: 'log'; level: LogLevel; message: string }
