import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { isRunning } from './leftOvers.ts'

/** The process that holds a lock. A process id alone isn't enough, because the system reuses it. */
export interface Holder {
  pid: number
  /** When the process started, in the system's clock ticks; null where the system doesn't say. */
  started: string | null
  host: string
}

export function thisProcess(): Holder {
  return { pid: process.pid, started: startOf(process.pid), host: hostname() }
}

/** Parses a lock file; undefined if it was left half-written. */
export function holderIn(text: string): Holder | undefined {
  try {
    const { pid, started, host } = JSON.parse(text)
    return typeof pid === 'number' && typeof host === 'string' ? { pid, started, host } : undefined
  } catch {
    return undefined
  }
}

/** Whether the process is still running; assumed of processes on other machines (a network drive), which can't be checked. */
export function isAtWork(holder: Holder): boolean {
  if (holder.host !== hostname()) return true
  return isRunning(holder.pid) && holder.started === startOf(holder.pid)
}

/** Linux only: field 22 of /proc/PID/stat, counted from after the process name, which may contain spaces and parentheses. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return null
  }
}
