import { writeFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'

/** Environment variables that tell a process its parent's id and its memory limit in bytes. */
export const watchdogVariables = { parent: 'SURMISE_STARTED_BY', memory: 'SURMISE_MEMORY_LIMIT' }

/** The last output of a process that exceeded its memory limit. */
export const memoryExceeded = 'It exceeded its memory limit.'

/** Milliseconds. */
const checkEvery = 200

/**
 * Runs in a thread of its own, because a computation in a native library blocks the JavaScript of the thread that called it: no
 * message, disconnect or timer gets through. Plain JavaScript, so that it runs before anything has been loaded.
 */
const program = `
const { workerData: { parent, memory, last, every } } = require('node:worker_threads')
const { writeSync } = require('node:fs')
const end = () => process.kill(process.pid, 'SIGKILL')
const isThere = () => {
  // Windows keeps reporting a parent that is gone.
  try { return process.kill(parent, 0) } catch (error) { return error.code === 'EPERM' }
}
setInterval(() => {
  if (process.ppid !== parent || !isThere()) end()
  if (memory > 0 && process.memoryUsage.rss() > memory) {
    try { writeSync(2, '\\n' + last + '\\n') } catch {}
    end()
  }
}, every)
`

let isWatched = false

/**
 * From now on this process is killed when its parent ends, in whatever way, or when it exceeds its memory limit, whatever it is
 * doing.
 */
export function watchOver(environment: NodeJS.ProcessEnv = process.env): void {
  if (isWatched) return
  isWatched = true
  // If memory runs out, the system should kill this process rather than the one with the project open.
  if (process.platform === 'linux') {
    try {
      writeFileSync('/proc/self/oom_score_adj', '500')
    } catch {
      // Not permitted everywhere.
    }
  }
  const parent = Number(environment[watchdogVariables.parent] ?? process.ppid)
  const memory = Number(environment[watchdogVariables.memory] ?? 0)
  const workerData = { parent, memory, last: memoryExceeded, every: checkEvery }
  new Worker(program, { eval: true, workerData, execArgv: [], env: {} }).unref()
}
