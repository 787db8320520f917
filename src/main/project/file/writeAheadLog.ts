import { existsSync, readFileSync } from 'node:fs'

/** https://sqlite.org/fileformat2.html#the_write_ahead_log */
const headerSize = 32
const frameHeaderSize = 24
/** Of the wal-index, in the machine's byte order: https://sqlite.org/walformat.html#the_wal_index_header */
const indexSize = 48

/** Somebody may be writing to the log meanwhile: what looks damaged is looked at again, after so many milliseconds each time. */
const looks = 3
const lookAgainAfter = 50

/**
 * Whether transactions that were written to the log beside a project file can't be read any more: SQLite takes what comes before
 * them, and says nothing. Told by frames that can't be read (their checksums don't fit), with the end of a
 * transaction after them; a header that can't be read; or fewer transactions than the index beside it knows. What a killed program
 * had only begun to write is no transaction, and not lost.
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
  // First: whoever writes meanwhile writes to the log before the index.
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
    // Of an earlier round of the log: overwritten from the start, the rest is of no account.
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
  /** Of the words that checksums are made of. */
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

/** SQLite's own, over words of 32 bits. */
function checksum(log: Buffer, from: number, to: number, littleEndian: boolean, [first, second]: Sum): Sum {
  let [s0, s1] = [first, second]
  for (let at = from; at < to; at += 8) {
    s0 = (s0 + (littleEndian ? log.readUInt32LE(at) : log.readUInt32BE(at)) + s1) >>> 0
    s1 = (s1 + (littleEndian ? log.readUInt32LE(at + 4) : log.readUInt32BE(at + 4)) + s0) >>> 0
  }
  return [s0, s1]
}

/** How many frames of finished transactions the index counts, and in which round of the log. */
function indexOf(shared: Buffer | undefined): { frames: number; salts: Buffer } | undefined {
  if (!shared || shared.length < indexSize || shared[12] === 0) return undefined
  const little = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1
  return { frames: little ? shared.readUInt32LE(16) : shared.readUInt32BE(16), salts: shared.subarray(32, 40) }
}

function read(file: string): Buffer | undefined {
  try {
    return existsSync(file) ? readFileSync(file) : undefined
  } catch {
    // Not for us to see: opening the file will say so.
    return undefined
  }
}
