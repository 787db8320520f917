import type { FileHandle } from 'node:fs/promises'
import type { ColumnMetaData, FileMetaData, PageHeader } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { decompressPage } from 'hyparquet/src/datapage.js'
import { getMaxDefinitionLevel, getMaxRepetitionLevel, getSchemaPath } from 'hyparquet/src/schema.js'
import { checkRuns, damaged, inRange } from './runs.ts'

/** A table of images has no more rows or values than this for each byte of its file. */
const mostPerByte = 64
/** Snappy makes nothing smaller than a twenty-second. */
const mostUnpacked = 64
/** Says what a page is; statistics in it may be long texts. */
const headerBytes = 64 * 1024

/**
 * Checks that what a Parquet file says of itself fits the bytes that are there: what decodes it allocates as many values as
 * a page says it has, and repeats one as often as it is told.
 * @throws Error with what is wrong
 */
export async function checkParquet(handle: FileHandle, size: number, metadata: FileMetaData): Promise<void> {
  let rows = 0
  for (const group of metadata.row_groups) {
    rows += inRange(group.num_rows, size * mostPerByte)
    for (const { meta_data: column, file_path } of group.columns) {
      if (!column || file_path) throw new Error('Its columns are in other files')
      await new ColumnCheck(handle, size, metadata, column).check()
    }
  }
  if (rows !== Number(metadata.num_rows)) throw damaged()
}

/** The pages of one column, one after the other. */
class ColumnCheck {
  readonly #handle: FileHandle
  readonly #column: ColumnMetaData
  readonly #size: number
  /** Bits of a level: how deep in lists a value is, and how much of its place is there at all. */
  readonly #levels: number[]

  constructor(handle: FileHandle, size: number, { schema }: FileMetaData, column: ColumnMetaData) {
    this.#handle = handle
    this.#size = size
    this.#column = column
    const path = getSchemaPath(schema, column.path_in_schema)
    this.#levels = [getMaxRepetitionLevel(path), getMaxDefinitionLevel(path)].map((most) => 32 - Math.clz32(most))
  }

  async check(): Promise<void> {
    const column = this.#column
    const values = inRange(column.num_values, this.#size * mostPerByte)
    const first = inRange(column.dictionary_page_offset || column.data_page_offset, this.#size)
    const end = first + inRange(column.total_compressed_size, this.#size - first)
    const unpacked = inRange(column.total_uncompressed_size, (end - first + 64) * mostUnpacked)
    let told = 0
    for (let at = first; at < end; ) {
      const reader = { view: viewOf(await this.#bytes(at, Math.min(headerBytes, end - at))), offset: 0 }
      const page = parquetHeader(reader)
      at += reader.offset
      const length = inRange(page.compressed_page_size, end - at)
      inRange(page.uncompressed_page_size, unpacked)
      inRange(page.dictionary_page_header?.num_values ?? 0, unpacked)
      const count = (page.data_page_header ?? page.data_page_header_v2)?.num_values ?? 0
      told += inRange(count, values - told)
      this.#page(page, await this.#bytes(at, length), count)
      at += length
    }
  }

  #page(page: PageHeader, packed: Uint8Array, values: number): void {
    const { data_page_header: first, data_page_header_v2: second } = page
    const { type, codec } = this.#column
    if (page.type === 'DATA_PAGE' && first) {
      const bytes = decompressPage(packed, page.uncompressed_page_size, codec, undefined)
      let at = 0
      for (const bits of this.#levels) {
        if (bits === 0) continue
        const length = inRange(viewOf(bytes).getUint32(at, true), bytes.length - at - 4)
        checkRuns(bytes.subarray(at + 4, at + 4 + length), bits, values)
        at += 4 + length
      }
      checkValues(bytes.subarray(at), type, first.encoding, values)
    } else if (page.type === 'DATA_PAGE_V2' && second) {
      const lengths = [second.repetition_levels_byte_length, second.definition_levels_byte_length]
      let at = 0
      for (const [place, length] of lengths.entries()) {
        inRange(length, packed.length - at)
        checkRuns(packed.subarray(at, at + length), this.#levels[place], values)
        at += length
      }
      inRange(second.num_nulls, values)
      const left = inRange(page.uncompressed_page_size - at, Number.MAX_SAFE_INTEGER)
      const isPacked = second.is_compressed !== false && left > 0
      const bytes = packed.subarray(at)
      checkValues(isPacked ? decompressPage(bytes, left, codec, undefined) : bytes, type, second.encoding, values)
    }
  }

  async #bytes(at: number, length: number): Promise<Uint8Array> {
    const { buffer, bytesRead } = await this.#handle.read(Buffer.alloc(length), 0, length, at)
    return buffer.subarray(0, bytesRead)
  }
}

/** Numbers of a dictionary’s entries, and yes and no, may be told as “so many times the same”. */
function checkValues(bytes: Uint8Array, type: string, encoding: string, values: number): void {
  if (type === 'BOOLEAN' && encoding === 'RLE') checkRuns(bytes.subarray(4), 1, values)
  else if (/^(RLE|PLAIN|RLE_PLAIN)(_DICTIONARY)$|^RLE$/.test(encoding) && bytes.length > 0) {
    if (bytes[0] > 0) checkRuns(bytes.subarray(1), inRange(bytes[0], 32), values)
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
