import { type FileHandle, open } from 'node:fs/promises'
import { UserError } from './errors.ts'
import { writeAtomically } from './files.ts'

export interface SafeTensors {
  tensors: Map<string, { shape: number[]; data: Float32Array }>
  metadata: Record<string, string>
}

export type TensorData =
  | Float32Array<ArrayBuffer>
  | Float16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>

/** A tensor in the header; its offsets count from the end of the header. */
interface Entry {
  dtype: keyof typeof arrays
  shape: number[]
  data_offsets: [number, number]
}

const arrays = { F32: Float32Array, F16: Float16Array, I32: Int32Array, U8: Uint8Array, I8: Int8Array } as const

/**
 * Reads all tensors of a safetensors file (eight bytes of header length, a JSON header, the data); all must be float32.
 * @throws UserError `not-safetensors` if it isn't such a file or has a tensor of another type
 */
export async function readSafeTensors(file: string): Promise<SafeTensors> {
  const opened = await SafeTensorsFile.open(file)
  try {
    const tensors: SafeTensors['tensors'] = new Map()
    for (const name of opened.names) {
      const data = await opened.read(name)
      if (!(data instanceof Float32Array)) throw notSafeTensors(file, `${name} is not F32`)
      tensors.set(name, { shape: opened.shapeOf(name), data })
    }
    return { tensors, metadata: opened.metadata }
  } finally {
    await opened.close()
  }
}

/** An open safetensors file, from which tensors can be read whole or in part. */
export class SafeTensorsFile {
  readonly metadata: Record<string, string>
  readonly #handle: FileHandle
  readonly #entries: Map<string, Entry>
  readonly #dataAt: number

  private constructor(
    handle: FileHandle,
    entries: Map<string, Entry>,
    metadata: Record<string, string>,
    dataAt: number,
  ) {
    this.#handle = handle
    this.#entries = entries
    this.metadata = metadata
    this.#dataAt = dataAt
  }

  /** @throws UserError `not-safetensors`; what the file system throws */
  static async open(file: string): Promise<SafeTensorsFile> {
    const handle = await open(file, 'r')
    try {
      const { size } = await handle.stat()
      if (size < 8) throw notSafeTensors(file, 'it is too short')
      const headerLength = Number((await readBytes(handle, 0, 8)).readBigUInt64LE())
      if (headerLength > size - 8) throw notSafeTensors(file, 'its header is longer than the file')
      const text = (await readBytes(handle, 8, headerLength)).toString('utf8')
      const { entries, metadata } = parseHeader(file, text, size - 8 - headerLength)
      return new SafeTensorsFile(handle, entries, metadata, 8 + headerLength)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  get names(): string[] {
    return [...this.#entries.keys()]
  }

  shapeOf(name: string): number[] {
    return this.#entry(name).shape
  }

  /**
   * The elements of a tensor, all or `length` from `first`.
   * @throws Error if there is no such tensor, or it is too short
   */
  read(name: string): Promise<TensorData>
  read(name: string, first: number, length: number): Promise<TensorData>
  async read(name: string, first = 0, length?: number): Promise<TensorData> {
    const { dtype, data_offsets: offsets } = this.#entry(name)
    const Elements = arrays[dtype]
    const size = Elements.BYTES_PER_ELEMENT
    const held = (offsets[1] - offsets[0]) / size
    const wanted = length ?? held - first
    if (first + wanted > held) throw new Error(`${name} holds ${held} elements, not ${first + wanted}`)
    const at = this.#dataAt + offsets[0] + first * size
    const bytes = await readBytes(this.#handle, at, wanted * size)
    return new Elements(bytes.buffer, 0, wanted)
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name)
    if (!entry) throw new Error(`The file holds no tensor ${name}`)
    return entry
  }
}

/** Writes a safetensors file atomically. @throws what the file system throws */
export async function writeSafeTensors(
  file: string,
  tensors: Record<string, { shape: readonly number[]; data: TensorData }>,
  metadata: Record<string, string> = {},
): Promise<void> {
  let end = 0
  const header: Record<string, unknown> = { __metadata__: metadata }
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const dtype = Object.keys(arrays).find((one) => data instanceof arrays[one as Entry['dtype']])
    header[name] = { dtype, shape, data_offsets: [end, end + data.byteLength] }
    end += data.byteLength
  }
  const text = Buffer.from(JSON.stringify(header))
  // Padded with spaces to a multiple of eight, as the format requires, so that the data is aligned.
  const padded = Buffer.alloc(8 + Math.ceil(text.length / 8) * 8, ' ')
  padded.writeBigUInt64LE(BigInt(padded.length - 8))
  text.copy(padded, 8)
  await writeAtomically(file, async (handle) => {
    for (const part of [padded, ...Object.values(tensors).map(({ data }) => data)]) {
      const bytes = new Uint8Array(part.buffer, part.byteOffset, part.byteLength)
      for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten
    }
  })
}

function parseHeader(
  file: string,
  text: string,
  dataLength: number,
): { entries: Map<string, Entry>; metadata: Record<string, string> } {
  let header: Record<string, unknown>
  try {
    header = JSON.parse(text)
  } catch {
    throw notSafeTensors(file, 'its header is not JSON')
  }
  if (typeof header !== 'object' || header === null) throw notSafeTensors(file, 'its header is not an object')
  const { __metadata__: metadata, ...rest } = header
  const entries = new Map<string, Entry>()
  for (const [name, entry] of Object.entries(rest)) {
    const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<Entry>
    if (dtype === undefined || !Object.hasOwn(arrays, dtype)) {
      throw notSafeTensors(file, `${name} is ${dtype ?? 'no tensor'}`)
    }
    if (!areCounts(shape) || !areCounts(offsets) || offsets.length !== 2) {
      throw notSafeTensors(file, `${name} is not described`)
    }
    const [start, end] = offsets
    if (!(start <= end && end <= dataLength)) throw notSafeTensors(file, `${name} lies outside the file`)
    if (end - start !== arrays[dtype].BYTES_PER_ELEMENT * shape.reduce((count, size) => count * size, 1)) {
      throw notSafeTensors(file, `${name} has ${end - start} bytes for the shape [${shape}]`)
    }
    entries.set(name, { dtype, shape, data_offsets: [start, end] })
  }
  return { entries, metadata: (metadata ?? {}) as Record<string, string> }
}

/** Bytes per read call: systems limit them to about 2 GB. */
const readAtMost = 1 << 30

async function readBytes(handle: FileHandle, position: number, length: number): Promise<Buffer<ArrayBuffer>> {
  // A buffer of its own, not from Node's pool, so that it is aligned for typed arrays.
  const bytes = Buffer.from(new ArrayBuffer(length))
  for (let at = 0; at < length; ) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(readAtMost, length - at), position + at)
    if (bytesRead === 0) throw new Error('The file became shorter while it was read.')
    at += bytesRead
  }
  return bytes
}

function notSafeTensors(file: string, why: string): UserError {
  return new UserError('not-safetensors', `${file} isn’t a readable safetensors file: ${why}.`, 'Choose another file.')
}

function areCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isInteger(count) && count >= 0)
}
