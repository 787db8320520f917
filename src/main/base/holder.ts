import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { isRunning } from './leftOvers.ts'

/** Who holds a lock. A number of a process alone would not do: the system gives it to another one later. */
export interface Holder {
  pid: number
  /** When the process started, in the system's own count; null where that can't be known. */
  started: string | null
  host: string
}

export function thisProcess(): Holder {
  return { pid: process.pid, started: startOf(process.pid), host: hostname() }
}

/** What a lock file says; undefined for one that was left half-written. */
export function holderIn(text: string): Holder | undefined {
  try {
    const { pid, started, host } = JSON.parse(text)
    return typeof pid === 'number' && typeof host === 'string' ? { pid, started, host } : undefined
  } catch {
    return undefined
  }
}

export function isAtWork(holder: Holder): boolean {
  // Of another machine (a network drive) nothing can be known.
  if (holder.host !== hostname()) return true
  return isRunning(holder.pid) && holder.started === startOf(holder.pid)
}

/** Linux tells when a process started (field 22 of its stat, counted behind the name, which may hold anything). */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return null
  }
}
