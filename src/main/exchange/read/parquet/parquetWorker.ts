/* A thread that reads one Parquet file: what a damaged one makes its decoder do, it does here, where it can be ended. */
import { open } from 'node:fs/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { asUserError, UserError } from '../../../base/errors.ts'
import type { JsonObject } from '../jsonValues.ts'
import { plain } from '../plainValues.ts'
import { checkParquet } from './checkParquet.ts'

export type FromParquet =
  /** What Hugging Face’s datasets write beside the columns. */
  | { kind: 'facts'; text: string | undefined }
  /** @property share of the file, 0 … 1; the next are read once these are asked for */
  | { kind: 'rows'; rows: JsonObject[]; share: number }
  | { kind: 'end' }
  | { kind: 'failed'; message: string; code?: string; hint?: string }

const [fewestAtOnce, mostAtOnce] = [1000, 100_000]
/** So much of the decoded file, in bytes, where its rows are small. */
const bytesAtOnce = 32 * 1024 * 1024

const port = parentPort!
const tell = (what: FromParquet) => port.postMessage(what)
const asked = () => new Promise((resolve) => port.once('message', resolve))

const handle = await open(workerData.file)
try {
  const { size } = await handle.stat()
  const file = {
    byteLength: size,
    slice: async (start: number, end = size) => {
      // Of several slices that fail at once, all but one would be nobody’s error, which ends the program.
      const length = start >= 0 && end <= size ? Math.max(0, end - start) : 0
      const { buffer: bytes, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, start)
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytesRead)
    },
  }
  const metadata = await parquetMetadataAsync(file)
  await checkParquet(handle, size, metadata)
  tell({ kind: 'facts', text: metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value })
  const total = Number(metadata.num_rows)
  const atOnce = rowsAtOnce(metadata)
  for (let rowStart = 0; rowStart < total; rowStart += atOnce) {
    const rowEnd = Math.min(total, rowStart + atOnce)
    const read = await parquetReadObjects({ file, metadata, rowStart, rowEnd, utf8: false })
    const next = asked()
    tell({ kind: 'rows', rows: read.map((row) => plain(row) as JsonObject), share: rowEnd / total })
    await next
  }
  tell({ kind: 'end' })
} catch (error) {
  const known = asUserError(error)
  const { message } = known as Error
  tell({ kind: 'failed', message, ...(known instanceof UserError && { code: known.code, hint: known.hint }) })
} finally {
  await handle.close()
}

/** A group of rows is decoded anew each time that some of it are read: small ones are read whole. */
function rowsAtOnce({ row_groups, num_rows }: FileMetaData): number {
  const sizes = row_groups.flatMap(({ columns }) => columns.map(({ meta_data }) => meta_data!.total_uncompressed_size))
  const bytes = Number(sizes.reduce((sum, size) => sum + size, 0n))
  const some = Math.floor((bytesAtOnce * Number(num_rows)) / Math.max(1, bytes))
  return Math.min(mostAtOnce, Math.max(fewestAtOnce, some))
}
