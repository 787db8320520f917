/**
 * The small part of FlatBuffers that Arrow’s messages need. Whatever lies outside the bytes throws a RangeError, and so does
 * what tells of more than the bytes can hold: tables that contain themselves, or share their parts.
 */
export class FlatBytes {
  readonly view: DataView
  #left: number

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    // Equal texts may be written once; nothing else is told twice.
    this.#left = 2 * bytes.byteLength
  }

  /** Takes so many bytes off what these can hold. */
  take(count: number): void {
    this.#left -= count
    if (count < 0 || this.#left < 0) throw new RangeError('It tells of more than it holds')
  }

  /** The table that the position leads to. */
  table(at: number): FlatTable {
    return new FlatTable(this, at + this.view.getInt32(at, true))
  }
}

/** A table of a FlatBuffer. Its fields are asked for by their place among its fields, from 0. */
export class FlatTable {
  readonly #bytes: FlatBytes
  readonly #at: number
  readonly #fields: number
  readonly #size: number

  constructor(bytes: FlatBytes, at: number) {
    const { view } = bytes
    bytes.take(4)
    this.#bytes = bytes
    this.#at = at
    this.#fields = at - view.getInt32(at, true)
    this.#size = view.getInt16(this.#fields, true)
  }

  /** Where a field is; undefined: it has its usual value. */
  place(field: number): number | undefined {
    const at = 4 + 2 * field
    if (at >= this.#size) return undefined
    const offset = this.#bytes.view.getInt16(this.#fields + at, true)
    return offset === 0 ? undefined : this.#at + offset
  }

  byte(field: number, usual = 0): number {
    const at = this.place(field)
    return at === undefined ? usual : this.#bytes.view.getUint8(at)
  }

  short(field: number, usual = 0): number {
    const at = this.place(field)
    return at === undefined ? usual : this.#bytes.view.getInt16(at, true)
  }

  int(field: number, usual = 0): number {
    const at = this.place(field)
    return at === undefined ? usual : this.#bytes.view.getInt32(at, true)
  }

  long(field: number, usual = 0): number {
    const at = this.place(field)
    return at === undefined ? usual : Number(this.#bytes.view.getBigInt64(at, true))
  }

  table(field: number): FlatTable | undefined {
    const at = this.place(field)
    return at === undefined ? undefined : this.#bytes.table(at)
  }

  /** Checks that a text lies within the bytes. */
  text(field: number): void {
    const at = this.place(field)
    if (at === undefined) return
    const { view } = this.#bytes
    const start = at + view.getInt32(at, true)
    const length = view.getInt32(start, true)
    this.#bytes.take(length)
    if (length > 0) view.getUint8(start + 3 + length)
  }

  /**
   * Where the elements of a list are.
   * @param width of one, in bytes
   */
  list(field: number, width: number): number[] {
    const at = this.place(field)
    if (at === undefined) return []
    const { view } = this.#bytes
    const start = at + view.getInt32(at, true)
    const length = view.getInt32(start, true)
    this.#bytes.take(length * width)
    return Array.from({ length }, (_, place) => start + 4 + place * width)
  }

  tables(field: number): FlatTable[] {
    return this.list(field, 4).map((at) => this.#bytes.table(at))
  }
}
