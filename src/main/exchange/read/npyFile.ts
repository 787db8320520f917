import { open } from 'node:fs/promises'
import { cancelled, UserError } from '../../base/errors.ts'
import type { ReadOptions } from '../formats/format.ts'

/** A NumPy array in a file, as far as its header tells. */
export interface NpyHeader {
  shape: number[]
  fortranOrder: boolean
  /** Of one element, in bytes. */
  size: number
  /** Reads one element. */
  read: (bytes: DataView, at: number) => number
  dataAt: number
}

const magic = Buffer.from('\x93NUMPY', 'latin1')
/** A header of ours: so much, so that the data begins where NumPy likes it to. */
export const npyHeaderBytes = 128
const longestHeader = 64 * 1024
const elementsAtOnce = 64 * 1024

type Reader = (bytes: DataView, at: number, littleEndian: boolean) => number

const readers: Record<string, Reader> = {
  b1: (bytes, at) => bytes.getUint8(at),
  i1: (bytes, at) => bytes.getInt8(at),
  u1: (bytes, at) => bytes.getUint8(at),
  i2: (bytes, at, little) => bytes.getInt16(at, little),
  u2: (bytes, at, little) => bytes.getUint16(at, little),
  i4: (bytes, at, little) => bytes.getInt32(at, little),
  u4: (bytes, at, little) => bytes.getUint32(at, little),
  i8: (bytes, at, little) => Number(bytes.getBigInt64(at, little)),
  u8: (bytes, at, little) => Number(bytes.getBigUint64(at, little)),
  f2: (bytes, at, little) => bytes.getFloat16(at, little),
  f4: (bytes, at, little) => bytes.getFloat32(at, little),
  f8: (bytes, at, little) => bytes.getFloat64(at, little),
}

/** The header of a matrix of int8, row by row. */
export function npyHeader(rows: number, columns: number): Buffer {
  const text = `{'descr': '|i1', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`
  const header = Buffer.alloc(npyHeaderBytes, ' ')
  magic.copy(header)
  header.writeUInt8(1, 6)
  header.writeUInt8(0, 7)
  header.writeUInt16LE(npyHeaderBytes - 10, 8)
  header.write(text, 10, 'latin1')
  header.write('\n', npyHeaderBytes - 1, 'latin1')
  return header
}

/** @param bytes how the file begins @throws UserError `not-npy` */
export function parseNpyHeader(bytes: Buffer, fileSize: number, file: string): NpyHeader {
  if (bytes.length < 12 || !bytes.subarray(0, 6).equals(magic)) throw notNpy(file, 'It doesn’t start like such a file')
  const isFirst = bytes.readUInt8(6) === 1
  const length = isFirst ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8)
  const start = isFirst ? 10 : 12
  if (length > longestHeader || start + length > bytes.length) throw notNpy(file, 'Its header is too long')
  const text = bytes.toString('latin1', start, start + length)
  const type = /'descr'\s*:\s*'([<>|=])([a-z]\d{1,2})'/.exec(text)
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)
  const shape = /'shape'\s*:\s*\(([\d, ]{0,80})\)/.exec(text)
  if (!type || !order || !shape) throw notNpy(file, 'Its header has no simple type and shape')
  const read = Object.hasOwn(readers, type[2]) ? readers[type[2]] : undefined
  if (!read) throw notNpy(file, `It holds ${type[2]}, not numbers`)
  const sizes = shape[1]
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number)
  const size = Number(type[2].slice(1))
  const elements = sizes.reduce((product, one) => product * one, 1)
  const dataAt = start + length
  if (!Number.isSafeInteger(elements) || dataAt + elements * size > fileSize) {
    throw notNpy(file, `It is too short for the shape (${sizes.join(', ')})`)
  }
  const little = type[1] !== '>'
  return { shape: sizes, fortranOrder: order[1] === 'True', size, read: (data, at) => read(data, at, little), dataAt }
}

/** Tells of every element of a matrix, in the order of the file. @throws UserError `not-npy`, `cancelled` */
export async function readMatrix(
  file: string,
  options: ReadOptions,
  visit: {
    shape: (rows: number, columns: number) => void
    element: (row: number, column: number, value: number) => void
  },
): Promise<void> {
  const handle = await open(file)
  try {
    const { size: fileSize } = await handle.stat()
    const head = Buffer.alloc(Math.min(fileSize, longestHeader + 12))
    await handle.read(head, 0, head.length, 0)
    const { shape, fortranOrder, size, read, dataAt } = parseNpyHeader(head, fileSize, file)
    if (shape.length !== 2) throw notNpy(file, `It has ${shape.length} dimensions instead of two`)
    const [rows, columns] = shape
    visit.shape(rows, columns)
    const total = rows * columns
    const buffer = Buffer.alloc(elementsAtOnce * size)
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
    for (let done = 0; done < total; done += elementsAtOnce) {
      if (options.signal?.aborted) throw cancelled('The import')
      const count = Math.min(elementsAtOnce, total - done)
      const { bytesRead } = await handle.read(buffer, 0, count * size, dataAt + done * size)
      if (bytesRead < count * size) throw notNpy(file, 'It got shorter while being read')
      for (let i = 0; i < count; i++) {
        const place = done + i
        const value = read(view, i * size)
        if (fortranOrder) visit.element(place % rows, Math.floor(place / rows), value)
        else visit.element(Math.floor(place / columns), place % columns, value)
      }
      options.onProgress?.((done + count) / total)
    }
  } finally {
    await handle.close()
  }
}

function notNpy(file: string, reason: string): UserError {
  return new UserError(
    'not-npy',
    `This file isn’t a readable NumPy matrix. ${reason}: ${file}`,
    'Save a two-dimensional array of numbers with numpy.save.',
  )
}
