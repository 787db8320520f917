import { type FileHandle, open } from 'node:fs/promises'
import type { ImageSource } from './source.ts'

/** The TIFF tags SMinSampleValue and SMaxSampleValue (TIFF 6.0, section 19). */
const [smallest, largest] = [340, 341]

/** Bytes per value, by field type. */
const sizes: Record<number, number> = { 1: 1, 3: 2, 4: 4, 6: 1, 8: 2, 9: 4, 11: 4, 12: 8 }
/** No TIFF written by a camera or an instrument has more fields, or more values in one of these. */
const maxFields = 1000
const maxValues = 16

/**
 * The range of sample values that the first page of a TIFF declares.
 * @returns undefined if there is none, or it makes no sense
 */
export async function declaredRange(source: ImageSource): Promise<{ from: number; to: number } | undefined> {
  const reader = await Reader.open(source.input)
  try {
    const [from, to] = await rangeIn(reader)
    return Number.isFinite(from) && Number.isFinite(to) && to > from ? { from, to } : undefined
  } catch (error) {
    // It points beyond the end of the file; the decoder will tell whether it can be decoded.
    if (error instanceof RangeError) return undefined
    throw error
  } finally {
    await reader.close()
  }
}

async function rangeIn(reader: Reader): Promise<[from: number, to: number]> {
  const head = await reader.at(0, 16)
  const little = head.getUint16(0) === 0x4949
  const isBig = head.getUint16(2, little) === 43
  const place = (view: DataView, at: number): number =>
    isBig ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little)
  const directory = place(head, isBig ? 8 : 4)
  const [countSize, fieldSize, inlineAt, inlineSize] = isBig ? [8, 20, 12, 8] : [2, 12, 8, 4]
  const counted = await reader.at(directory, countSize)
  const count = isBig ? Number(counted.getBigUint64(0, little)) : counted.getUint16(0, little)
  const fields = await reader.at(directory + countSize, Math.min(count, maxFields) * fieldSize)
  let [from, to] = [Number.NaN, Number.NaN]
  for (let at = 0; at < fields.byteLength; at += fieldSize) {
    const tag = fields.getUint16(at, little)
    if (tag !== smallest && tag !== largest) continue
    const type = fields.getUint16(at + 2, little)
    const values = isBig ? Number(fields.getBigUint64(at + 4, little)) : fields.getUint32(at + 4, little)
    const size = sizes[type]
    if (size === undefined || values === 0 || values > maxValues) continue
    const isInline = size * values <= inlineSize
    const view = isInline
      ? new DataView(fields.buffer, fields.byteOffset + at + inlineAt, inlineSize)
      : await reader.at(place(fields, at + inlineAt), size * values)
    const all = Array.from({ length: values }, (_, i) => valueAt(view, i * size, type, little))
    if (tag === smallest) from = Math.min(...all)
    else to = Math.max(...all)
  }
  return [from, to]
}

function valueAt(view: DataView, at: number, type: number, little: boolean): number {
  if (type === 1) return view.getUint8(at)
  if (type === 3) return view.getUint16(at, little)
  if (type === 4) return view.getUint32(at, little)
  if (type === 6) return view.getInt8(at)
  if (type === 8) return view.getInt16(at, little)
  if (type === 9) return view.getInt32(at, little)
  return type === 11 ? view.getFloat32(at, little) : view.getFloat64(at, little)
}

/** Random access to a file, or to its content in memory. */
class Reader {
  readonly #bytes: Buffer | undefined
  readonly #file: FileHandle | undefined

  static async open(input: Buffer | string): Promise<Reader> {
    return typeof input === 'string' ? new Reader(undefined, await open(input, 'r')) : new Reader(input, undefined)
  }

  private constructor(bytes: Buffer | undefined, file: FileHandle | undefined) {
    this.#bytes = bytes
    this.#file = file
  }

  /** @throws RangeError if there are fewer bytes */
  async at(place: number, length: number): Promise<DataView> {
    if (!Number.isSafeInteger(place)) throw new RangeError('There is no such place in a file.')
    if (this.#bytes)
      return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + place, this.#within(place, length))
    const { buffer, bytesRead } = await this.#file!.read(Buffer.alloc(length), 0, length, place)
    if (bytesRead < length) throw new RangeError('The file ends too early.')
    return new DataView(buffer.buffer, buffer.byteOffset, length)
  }

  #within(place: number, length: number): number {
    if (place + length <= this.#bytes!.length) return length
    throw new RangeError('The file ends too early.')
  }

  async close(): Promise<void> {
    await this.#file?.close()
  }
}
