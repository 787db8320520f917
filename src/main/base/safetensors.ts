import { readFile } from 'node:fs/promises'
import { UserError } from './errors.ts'

export interface SafeTensors {
  tensors: Map<string, { shape: number[]; data: Float32Array }>
  metadata: Record<string, string>
}

/** A tensor in the header; its place is counted from the end of the header. */
interface Entry {
  dtype: string
  shape: number[]
  data_offsets: number[]
}

/**
 * Reads the float32 tensors of a safetensors file: eight bytes of header length, a JSON header, the data.
 * @throws UserError `not-safetensors` if it isn't such a file, or holds another type
 */
export async function readSafeTensors(file: string): Promise<SafeTensors> {
  const bytes = await readFile(file)
  const broken = (why: string): UserError =>
    new UserError(
      'not-safetensors',
      `${file} is not a safetensors file of float32 tensors: ${why}.`,
      'Choose another file.',
    )
  if (bytes.length < 8) throw broken('it is too short')
  const headerLength = Number(bytes.readBigUInt64LE(0))
  if (headerLength > bytes.length - 8) throw broken('its header is longer than the file')
  let header: Record<string, unknown>
  try {
    header = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength))
  } catch {
    throw broken('its header is not JSON')
  }
  if (typeof header !== 'object' || header === null) throw broken('its header is not an object')
  const { __metadata__: metadata, ...entries } = header
  const tensors: SafeTensors['tensors'] = new Map()
  for (const [name, entry] of Object.entries(entries)) {
    const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<Entry>
    if (dtype !== 'F32') throw broken(`${name} is ${dtype ?? 'no tensor'}`)
    if (!areCounts(shape) || !areCounts(offsets) || offsets.length !== 2) throw broken(`${name} is not described`)
    const [start, end] = offsets.map((offset) => offset + 8 + headerLength)
    if (!(start <= end && end <= bytes.length)) throw broken(`${name} lies outside the file`)
    if (end - start !== 4 * shape.reduce((count, size) => count * size, 1)) {
      throw broken(`${name} has ${end - start} bytes for the shape [${shape}]`)
    }
    // A copy, since the data of a tensor need not start at a multiple of four bytes.
    const copy = new Uint8Array(end - start)
    copy.set(bytes.subarray(start, end))
    tensors.set(name, { shape, data: new Float32Array(copy.buffer) })
  }
  return { tensors, metadata: (metadata ?? {}) as Record<string, string> }
}

function areCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isInteger(count) && count >= 0)
}
