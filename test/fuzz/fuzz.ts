import { fork } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Reader } from './readers.ts'
import type { Orders, Report } from './worker.ts'

export interface FuzzOptions {
  count: number
  seed: number
  /** Where files that something went wrong with are kept. */
  findings?: string
  /** A process may be this large, in bytes. */
  memory?: number
  /** A case may take this long, in milliseconds. */
  within?: number
  onProgress?: (done: number) => void
}

export interface Fuzzed {
  reader: string
  tried: number
  read: number
  refused: number
  /** Files that were kept since they reached something new, and the blocks of our sources that were reached. */
  kept: number
  blocks: number
  /** Kinds of sentences. */
  codes: string[]
  /** Neither read nor refused. */
  findings: string[]
  /** Times that a native library ended the process: the compute process is started anew, the main process must not be ended. */
  lost: number
  peak: number
  longest: number
}

interface Run {
  /** The case that began last. */
  reached: number
  fault: string | undefined
  /** It did not come to its end. */
  died: boolean
  lastWords: string
}

/** Gives a reader so many broken files, in a process of its own, which may hang, grow and die without harm. */
export async function fuzz(reader: Reader, options: FuzzOptions): Promise<Fuzzed> {
  const { count, seed, findings, memory = 1024 ** 3, within = 10_000, onProgress } = options
  const result: Fuzzed = {
    ...{ reader: reader.id, tried: 0, read: 0, refused: 0, kept: 0, blocks: 0, codes: [], findings: [], lost: 0 },
    ...{ peak: 0, longest: 0 },
  }
  const scratch = mkdtempSync(path.join(tmpdir(), 'surmise-fuzz-'))
  const keep = (number: number) => {
    const from = path.join(scratch, 'case')
    if (findings && existsSync(from))
      cpSync(from, path.join(findings, `${reader.id}-${seed}-${number}`), { recursive: true })
  }
  try {
    for (let from = 0; from < count; ) {
      const orders: Orders = { reader: reader.id, from, to: count, seed, folder: path.join(scratch, 'case') }
      const { reached, fault, died, lastWords } = await run(orders)
      result.tried = Math.min(count, died ? reached + 1 : count)
      if (!died) break
      if (fault) result.findings.push(`${fault} (near case ${reached})`)
      else if (reader.process === 'main') result.findings.push(`The process ended (near case ${reached}): ${lastWords}`)
      if (!fault) result.lost++
      keep(reached)
      from = result.tried
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  return result

  function run(orders: Orders): Promise<Run> {
    return new Promise((resolve) => {
      const child = fork(path.join(import.meta.dirname, 'worker.ts'), [JSON.stringify(orders)], {
        execArgv: ['--disable-warning=ExperimentalWarning'],
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        // glibc keeps what was freed, in an arena for every thread.
        env: { ...process.env, MALLOC_ARENA_MAX: '2' },
      })
      let [reached, since, fault] = [orders.from, performance.now(), undefined as string | undefined]
      let [hasBegun, isDone] = [false, false]
      const before = { read: result.read, refused: result.refused }
      const count = ({ read, refused }: { read: number; refused: number }) => {
        result.read = before.read + read
        result.refused = before.refused + refused
      }
      let lastWords = ''
      child.stderr!.setEncoding('utf8').on('data', (text) => {
        lastWords = (lastWords + text).slice(-1500)
      })
      // What hangs is killed, and so is what grows.
      const watch = setInterval(() => {
        result.peak = Math.max(result.peak, residentBytes(child.pid!))
        if (result.peak > memory) fault ??= `It took ${Math.round(result.peak / 1024 ** 2)} MB`
        if (performance.now() - since > (hasBegun ? within : within + startUp)) fault ??= 'It hangs'
        if (fault) child.kill('SIGKILL')
      }, 50)
      child.on('message', (report: Report) => {
        const now = performance.now()
        if (report.kind === 'case') {
          count(report)
          if (hasBegun) result.longest = Math.max(result.longest, now - since)
          ;[reached, since, hasBegun] = [report.number, now, true]
          onProgress?.(report.number)
        } else if (report.kind === 'finding') {
          result.findings.push(`case ${report.number}: ${report.what}`)
          keep(report.number)
        } else {
          isDone = true
          count(report)
          result.kept += report.kept
          result.blocks = Math.max(result.blocks, report.blocks)
          result.codes = [...new Set([...result.codes, ...report.codes])].sort()
        }
      })
      child.on('exit', () => {
        clearInterval(watch)
        resolve({ reached, fault, died: !isDone, lastWords })
      })
    })
  }
}

/** Loading the libraries and making the seeds comes before the first case. */
const startUp = 60_000

/** In memory now; 0 where the system doesn't tell. */
function residentBytes(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096
  } catch {
    return 0
  }
}
