import type { Layout } from './columns.ts'
import type { FlatBytes, FlatTable } from './flatTable.ts'

/** Many rows: how long each column is, and where its values lie in the bytes behind the message. */
export class Batch {
  readonly #body: number
  readonly #rows: number
  readonly #lengths: Iterator<number>
  readonly #buffers: Iterator<DataView>
  readonly #pieces: Iterator<number>

  /** @throws RangeError lengths that don’t fit; Error it is compressed */
  constructor({ view }: FlatBytes, table: FlatTable, body: Uint8Array) {
    if (table.place(3) !== undefined) throw new Error('It is compressed')
    this.#body = body.byteLength
    this.#rows = this.#length(table.long(0))
    const long = (at: number) => Number(view.getBigInt64(at, true))
    this.#lengths = table
      .list(1, 16)
      .map((at) => this.#length(long(at)))
      .values()
    let end = 0
    const buffers = table.list(2, 16).map((at) => {
      const [start, length] = [long(at), long(at + 8)]
      if (length > 0 && start < end) throw new RangeError('Its parts overlap')
      end = Math.max(end, start + length)
      if (end > body.byteLength) throw new RangeError('A part ends behind the file’s end')
      return new DataView(body.buffer, body.byteOffset + start, length)
    })
    this.#buffers = buffers.values()
    this.#pieces = table.list(4, 8).map(long).values()
  }

  /** @throws RangeError lengths that don’t fit */
  check(columns: readonly Layout[]): void {
    for (const column of columns) this.#column(column, this.#rows)
  }

  /** A column without values takes no room, however long: it still has no more rows than its file has bits. */
  #length(rows: number): number {
    if (rows < 0 || rows > 8 * this.#body) throw new RangeError('It has more rows than the file can hold')
    return rows
  }

  /** @param least the column has so many values, or more */
  #column(layout: Layout, least: number): void {
    const rows = next(this.#lengths)
    if (rows < least) throw new RangeError('A column is too short')
    if (layout.kind === 'null') return
    const valid = next(this.#buffers)
    if (valid.byteLength > 0) holds(valid, rows, 1)
    if (layout.kind === 'fixed') holds(next(this.#buffers), rows, layout.bits)
    else if (layout.kind === 'text') {
      const end = this.#end(rows, layout.isWide)
      holds(next(this.#buffers), end, 8)
    } else if (layout.kind === 'view') this.#views(rows)
    else if (layout.kind === 'list') this.#column(layout.child, this.#end(rows, layout.isWide))
    else if (layout.kind === 'struct') for (const child of layout.children) this.#column(child, rows)
    else this.#column(layout.child, rows * layout.times)
  }

  /** Where each value begins and ends among those of all rows. @returns where the last ends */
  #end(rows: number, isWide: boolean): number {
    const ends = next(this.#buffers)
    if (rows === 0) return 0
    holds(ends, rows + 1, isWide ? 64 : 32)
    let last = 0
    for (let row = 0; row <= rows; row++) {
      const end = isWide ? Number(ends.getBigInt64(8 * row, true)) : ends.getInt32(4 * row, true)
      if (end < last) throw new RangeError('A value ends before it begins')
      last = end
    }
    return last
  }

  /** Texts of up to twelve bytes stand where the others say in which piece they lie. */
  #views(rows: number): void {
    const views = next(this.#buffers)
    holds(views, rows, 128)
    const pieces = Array.from({ length: this.#length(next(this.#pieces)) }, () => next(this.#buffers))
    for (let at = 0; at < 16 * rows; at += 16) {
      const length = views.getInt32(at, true)
      if (length < 0) throw new RangeError('A value ends before it begins')
      if (length <= 12) continue
      const [piece, start] = [pieces[views.getInt32(at + 8, true)], views.getInt32(at + 12, true)]
      if (!piece || start < 0 || start + length > piece.byteLength) throw new RangeError('A value lies nowhere')
    }
  }
}

function next<T>(list: Iterator<T>): T {
  const { value, done } = list.next()
  if (done) throw new RangeError('A column is missing')
  return value
}

function holds(buffer: DataView, values: number, bits: number): void {
  if (buffer.byteLength * 8 < values * bits) throw new RangeError('A column is too short')
}
