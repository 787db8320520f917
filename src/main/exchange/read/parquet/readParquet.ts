import { Worker } from 'node:worker_threads'
import { cancelled, UserError } from '../../../base/errors.ts'
import type { JsonObject } from '../jsonValues.ts'
import type { FromParquet } from './parquetWorker.ts'

export interface ParquetOptions {
  signal?: AbortSignal
  /** @param share of the file, 0 … 1 */
  onProgress?: (share: number) => void
  /** Told before the first row: what Hugging Face’s datasets write beside the columns. */
  onFacts?: (text: string | undefined) => void
}

/** Of the thread that reads, in MB. */
const mostMemory = 1024
/** So much work (in milliseconds of the processor) without a row is that of a damaged file. */
const mostWork = 60_000

/**
 * Tells of every row of a Parquet file, which a thread reads that may be ended.
 * @throws UserError `cancelled`, and those of the file system; Error the file is damaged, or no Parquet
 */
export async function readParquet(file: string, options: ParquetOptions, visit: (row: JsonObject) => void) {
  const worker = new Worker(new URL('./parquetWorker.ts', import.meta.url), {
    workerData: { file },
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: mostMemory },
  })
  let watch: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      let before = 0
      const work = async () => {
        const { user, system } = await worker.cpuUsage()
        return (user + system) / 1000
      }
      watch = setInterval(async () => {
        if (options.signal?.aborted) reject(cancelled('The import'))
        const done = await work().catch(() => before)
        if (done - before > mostWork) reject(new Error('The file is damaged'))
      }, 500)
      const take = async (told: FromParquet) => {
        if (told.kind === 'end') resolve()
        else if (told.kind === 'failed') reject(failureOf(told))
        else if (told.kind === 'facts') options.onFacts?.(told.text)
        else {
          for (const row of told.rows) visit(row)
          options.onProgress?.(told.share)
          before = await work().catch(() => before)
          if (options.signal?.aborted) reject(cancelled('The import'))
          else worker.postMessage('next')
        }
      }
      worker.on('message', (told: FromParquet) => void take(told).catch(reject))
      worker.on('error', ({ message }) => reject(new Error(message)))
      worker.on('exit', () => reject(new Error('The file is damaged')))
    })
  } finally {
    clearInterval(watch)
    await worker.terminate()
  }
}

function failureOf({ code, message, hint }: FromParquet & { kind: 'failed' }): Error {
  return code === undefined ? new Error(message) : new UserError(code, message, hint)
}
