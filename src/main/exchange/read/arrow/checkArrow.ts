import { Batch } from './batch.ts'
import { checkFacts, type Schema, schemaOf } from './columns.ts'
import { FlatBytes, type FlatTable } from './flatTable.ts'

const magic = 'ARROW1'
/** From this version on (V4, of 2017), a buffer is told of by its place and its length alone. */
const oldestVersion = 3

/**
 * Checks that every length in an Arrow file or stream fits the bytes that are there. What decodes it allocates and walks through
 * whatever a damaged file says, two thousand million of it.
 * @throws Error with what is wrong
 */
export function checkArrow(bytes: Uint8Array): void {
  try {
    if (startsWithMagic(bytes)) checkFile(bytes)
    else checkStream(bytes)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new Error('The file is damaged or cut off', { cause: error })
  }
}

function startsWithMagic(bytes: Uint8Array): boolean {
  return [...magic].every((letter, place) => bytes[place] === letter.charCodeAt(0))
}

function checkStream(bytes: Uint8Array): void {
  let schema: Schema | undefined
  for (let at = 0; at < bytes.byteLength; ) {
    const message = new Message(bytes, at)
    if (message.isEnd) return
    if (message.kind === 'schema') schema ??= schemaOf(message.header())
    else message.checkBatch(schema)
    at = message.end
  }
}

/** At its end a file says where its parts are. */
function checkFile(bytes: Uint8Array): void {
  const end = bytes.byteLength - magic.length - 4
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = view.getInt32(end, true)
  if (length <= 0 || length > end) throw new RangeError('It has no end')
  const flat = new FlatBytes(bytes.subarray(end - length, end))
  const footer = flat.table(0)
  const table = footer.table(1)
  if (!table) throw new RangeError('It has no schema')
  const schema = schemaOf(table)
  checkFacts(footer, 4)
  let seen = 0
  for (const at of [...footer.list(2, 24), ...footer.list(3, 24)]) {
    const start = Number(flat.view.getBigInt64(at, true))
    const message = new Message(bytes, start)
    seen += message.end - start
    if (seen > bytes.byteLength) throw new RangeError('Its parts overlap')
    message.checkBatch(schema)
  }
}

/** One part: what it is, and the values behind it. */
class Message {
  readonly isEnd: boolean
  readonly kind: 'schema' | 'dictionary' | 'rows' = 'rows'
  /** Where the next begins. */
  readonly end: number
  readonly #flat: FlatBytes
  readonly #table: FlatTable | undefined
  readonly #body: Uint8Array

  /** @throws RangeError it doesn’t lie within the bytes; Error a kind or a version that isn’t read */
  constructor(bytes: Uint8Array, at: number) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let start = at + 4
    let length = view.getInt32(at, true)
    if (length === -1) {
      length = view.getInt32(start, true)
      start += 4
    }
    const bodyStart = start + length
    if (length < 0 || bodyStart > bytes.byteLength) throw new RangeError('A message ends behind the file’s end')
    this.#flat = new FlatBytes(bytes.subarray(start, bodyStart))
    this.isEnd = length === 0
    this.end = bodyStart
    this.#body = bytes.subarray(0, 0)
    if (this.isEnd) return
    const table = this.#flat.table(0)
    if (table.short(0) < oldestVersion) throw new Error('It is of a version of Arrow that isn’t read')
    const kind = ([undefined, 'schema', 'dictionary', 'rows'] as const)[table.byte(1)]
    if (!kind) throw new Error('It has parts of a kind that isn’t read')
    const bodyLength = table.long(3)
    this.kind = kind
    this.end = bodyStart + bodyLength
    if (bodyLength < 0 || this.end > bytes.byteLength) throw new RangeError('A message ends behind the file’s end')
    this.#body = bytes.subarray(bodyStart, this.end)
    this.#table = table
  }

  /** @throws RangeError it has none */
  header(): FlatTable {
    const header = this.#table?.table(2)
    if (!header) throw new RangeError('A message is empty')
    return header
  }

  /** @throws RangeError lengths that don’t fit; it comes before the schema that says what is in it */
  checkBatch(schema: Schema | undefined): void {
    const header = this.header()
    if (!schema || this.kind === 'schema') throw new RangeError('It has no schema')
    if (this.kind === 'rows') {
      new Batch(this.#flat, header, this.#body).check(schema.columns)
      return
    }
    const [data, column] = [header.table(1), schema.dictionaries.get(header.long(0))]
    if (!data || !column) throw new RangeError('It has a dictionary of no column')
    new Batch(this.#flat, data, this.#body).check([column])
  }
}
