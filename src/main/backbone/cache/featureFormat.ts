import { crc32 } from 'node:zlib'
import { UserError } from '../../base/errors.ts'
import type { Backbone } from '../backbone.ts'
import { recordLength } from '../embed/pooling.ts'

/*
 * The feature cache of one backbone: a folder with two files.
 *
 * `records`: only fixed-size records in float16, little endian. A record is the grid, position by position with D
 * channels each, then the pooled vector.
 * `index`: a header, then one entry per record in the same order: entry i describes record i.
 *
 * A batch is written in this order: records, fsync, entries, fsync. An entry names its image by the SHA-256 of its content and
 * holds checksums of its record and of itself. So after a crash at any moment, every intact entry has an intact record.
 */

/** The layout of records. */
export interface RecordShape {
  gridHeight: number
  gridWidth: number
  /** D. */
  dimension: number
}

export interface Entry {
  /** SHA-256 of the image's content, hexadecimal. */
  key: string
  gridChecksum: number
  pooledChecksum: number
}

export const indexName = 'index'
export const recordsName = 'records'
export const headerBytes = 64
export const entryBytes = 48

const magic = 'SURMFEAT'
const version = 1

/** The parts of a backbone that identify its cache and determine its layout. */
export type CachedBackbone = Pick<Backbone, 'identity' | 'grid' | 'dimension'>

export function shapeOf({ grid, dimension }: Pick<Backbone, 'grid' | 'dimension'>): RecordShape {
  return { gridHeight: grid.height, gridWidth: grid.width, dimension }
}

/** Elements of the grid, the part of a record before its pooled vector. */
export function gridLength({ gridHeight, gridWidth, dimension }: RecordShape): number {
  return gridHeight * gridWidth * dimension
}

export function recordBytes({ gridHeight: height, gridWidth: width, dimension }: RecordShape): number {
  return 2 * recordLength({ grid: { height, width }, dimension })
}

export function encodeHeader(shape: RecordShape, identity: string): Buffer {
  const header = Buffer.alloc(headerBytes)
  header.write(magic, 0, 'latin1')
  header.writeUInt32LE(version, 8)
  header.writeUInt32LE(shape.gridHeight, 12)
  header.writeUInt32LE(shape.gridWidth, 16)
  header.writeUInt32LE(shape.dimension, 20)
  header.write(identity, 24, 32, 'latin1')
  header.writeUInt32LE(crc32(header.subarray(0, 60)), 60)
  return header
}

/** @returns undefined if this isn't an intact header of this version */
export function decodeHeader(header: Buffer): { shape: RecordShape; identity: string } | undefined {
  const isWhole = header.length >= headerBytes && header.readUInt32LE(60) === crc32(header.subarray(0, 60))
  if (!isWhole || header.toString('latin1', 0, 8) !== magic || header.readUInt32LE(8) !== version) return undefined
  return {
    shape: {
      gridHeight: header.readUInt32LE(12),
      gridWidth: header.readUInt32LE(16),
      dimension: header.readUInt32LE(20),
    },
    identity: header.toString('latin1', 24, 56),
  }
}

export function encodeEntry(entry: Entry, record: number, target: Buffer, at: number): void {
  target.write(entry.key, at, 32, 'hex')
  target.writeUInt32LE(record, at + 32)
  target.writeUInt32LE(entry.gridChecksum, at + 36)
  target.writeUInt32LE(entry.pooledChecksum, at + 40)
  target.writeUInt32LE(crc32(target.subarray(at, at + 44)), at + 44)
}

/** @returns undefined if it is torn, damaged, invalidated, or describes another record */
export function decodeEntry(source: Buffer, at: number, record: number): Entry | undefined {
  if (source.readUInt32LE(at + 44) !== crc32(source.subarray(at, at + 44))) return undefined
  if (source.readUInt32LE(at + 32) !== record) return undefined
  return {
    key: source.toString('hex', at, at + 32),
    gridChecksum: source.readUInt32LE(at + 36),
    pooledChecksum: source.readUInt32LE(at + 40),
  }
}

/** An invalid entry, for a record that turned out to be damaged, so that nobody reads it. */
export const crossedOut = Buffer.alloc(entryBytes)

export function bytesOf(values: ArrayBufferView): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength)
}

export function entryOf(key: string, record: Float16Array, shape: RecordShape): Entry {
  if (!/^[0-9a-f]{64}$/.test(key)) throw new Error(`Not a SHA-256: ${key}`)
  const bytes = bytesOf(record)
  if (bytes.length !== recordBytes(shape))
    throw new Error(`A record of ${bytes.length} bytes, not ${recordBytes(shape)}`)
  const split = 2 * gridLength(shape)
  return { key, gridChecksum: crc32(bytes.subarray(0, split)), pooledChecksum: crc32(bytes.subarray(split)) }
}

export function damaged(records: number): UserError {
  return new UserError(
    'features-damaged',
    `The cached features of ${records === 1 ? 'one image are' : `${records} images are`} damaged and were discarded.`,
    'Embed the images again; only what is missing is computed.',
  )
}
