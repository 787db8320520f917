import { writeFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'

/** Names of the environment by which a process is told who started it, and how much memory it may take. */
export const watchedBy = { parent: 'SURMISE_STARTED_BY', memory: 'SURMISE_MEMORY_LIMIT' }

/** What a process writes last that has taken too much memory. */
export const tookTooMuch = 'It exceeded its memory limit.'

/** Milliseconds. */
const lookEvery = 200

/**
 * A thread, since a native library that computes stops all JavaScript of the thread that called it: no message, no end of a
 * channel and no timer is heard there meanwhile. Plain JavaScript, so that it runs before anything has been loaded.
 */
const program = `
const { workerData: { parent, memory, last, every } } = require('node:worker_threads')
const { writeSync } = require('node:fs')
const end = () => process.kill(process.pid, 'SIGKILL')
const isThere = () => {
  // Windows goes on naming a parent that is gone.
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
 * From now on this process ends with the one that started it, whatever it is doing and however that one ends; and where it was
 * given a limit of memory, when it takes more.
 */
export function watchOver(environment: NodeJS.ProcessEnv = process.env): void {
  if (isWatched) return
  isWatched = true
  // Where memory runs out, the system ends this process rather than the one that has the project open.
  if (process.platform === 'linux') {
    try {
      writeFileSync('/proc/self/oom_score_adj', '500')
    } catch {
      // It is not allowed to everywhere.
    }
  }
  const parent = Number(environment[watchedBy.parent] ?? process.ppid)
  const memory = Number(environment[watchedBy.memory] ?? 0)
  const workerData = { parent, memory, last: tookTooMuch, every: lookEvery }
  new Worker(program, { eval: true, workerData, execArgv: [], env: {} }).unref()
}
