import { existsSync, readFileSync } from 'node:fs'

/** https://sqlite.org/fileformat2.html#the_write_ahead_log */
const headerSize = 32
const frameHeaderSize = 24
/** Header of the WAL index, in the machine's byte order: https://sqlite.org/walformat.html#the_wal_index_header */
const indexSize = 48

/** Another process may be writing to the log: what looks damaged is checked again after each of these delays, in milliseconds. */
const looks = 3
const lookAgainAfter = 50

/**
 * Whether committed transactions in the log beside a project file can no longer be read: SQLite would silently use only what comes
 * before them. The signs are unreadable frames (wrong checksums) followed by the end of a transaction, an unreadable header, or fewer
 * transactions than the index knows. A transaction that a killed program had only begun doesn't count.
 * @param file the project file
 */
export function hasLostTransactions(file: string): boolean {
  for (let look = 1; isLost(file); look++) {
    if (look === looks) return true
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lookAgainAfter)
  }
  return false
}

function isLost(file: string): boolean {
  // The index is read first: a writer writes to the log before the index.
  const index = indexOf(read(`${file}-shm`))
  const log = read(`${file}-wal`)
  if (!log || log.length === 0) return false
  const header = headerOf(log)
  if (!header) return log.length > headerSize + frameHeaderSize && log.some((byte) => byte !== 0)
  const { pageSize, salts } = header
  const frameSize = frameHeaderSize + pageSize
  const count = Math.floor((log.length - headerSize) / frameSize)
  let sum: Sum = header.sum
  let [whole, committed] = [true, 0]
  for (let frame = 0; frame < count; frame++) {
    const at = headerSize + frame * frameSize
    const isOurs = log.readUInt32BE(at + 8) === salts[0] && log.readUInt32BE(at + 12) === salts[1]
    if (whole && isOurs) {
      sum = checksum(log, at, at + 8, header.littleEndian, sum)
      sum = checksum(log, at + frameHeaderSize, at + frameSize, header.littleEndian, sum)
      whole = log.readUInt32BE(at + 16) === sum[0] && log.readUInt32BE(at + 20) === sum[1]
    } else whole = false
    // From an earlier round of the log, which is overwritten from the start: the rest doesn't matter.
    if (!isOurs) continue
    const endsTransaction = log.readUInt32BE(at + 4) !== 0
    if (endsTransaction && !whole) return true
    if (endsTransaction) committed = frame + 1
  }
  if (!index?.salts.equals(log.subarray(16, 24))) return false
  return index.frames > committed
}

type Sum = readonly [number, number]

interface Header {
  pageSize: number
  /** Byte order of the words that checksums are made of. */
  littleEndian: boolean
  salts: readonly [number, number]
  sum: Sum
}

function headerOf(log: Buffer): Header | undefined {
  if (log.length < headerSize) return undefined
  const magic = log.readUInt32BE(0)
  if (magic !== 0x377f0682 && magic !== 0x377f0683) return undefined
  const littleEndian = magic === 0x377f0682
  const pageSize = log.readUInt32BE(8)
  const sum = checksum(log, 0, 24, littleEndian, [0, 0])
  if (sum[0] !== log.readUInt32BE(24) || sum[1] !== log.readUInt32BE(28)) return undefined
  return { pageSize, littleEndian, salts: [log.readUInt32BE(16), log.readUInt32BE(20)], sum }
}

/** SQLite's checksum over 32-bit words. */
function checksum(log: Buffer, from: number, to: number, littleEndian: boolean, [first, second]: Sum): Sum {
  let [s0, s1] = [first, second]
  for (let at = from; at < to; at += 8) {
    s0 = (s0 + (littleEndian ? log.readUInt32LE(at) : log.readUInt32BE(at)) + s1) >>> 0
    s1 = (s1 + (littleEndian ? log.readUInt32LE(at + 4) : log.readUInt32BE(at + 4)) + s0) >>> 0
  }
  return [s0, s1]
}

/** How many committed frames the index counts, and in which round of the log. */
function indexOf(shared: Buffer | undefined): { frames: number; salts: Buffer } | undefined {
  if (!shared || shared.length < indexSize || shared[12] === 0) return undefined
  const little = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1
  return { frames: little ? shared.readUInt32LE(16) : shared.readUInt32BE(16), salts: shared.subarray(32, 40) }
}

function read(file: string): Buffer | undefined {
  try {
    return existsSync(file) ? readFileSync(file) : undefined
  } catch {
    // Not readable for us: opening the file will say so.
    return undefined
  }
}
