/** The last run is filled up; no writer does so with more than this. */
const mostFilling = 512

/**
 * Checks runs of Parquet’s hybrid of “so many times the same” and packed bits: they tell of so many values, or fewer.
 * @param bits of a value
 * @throws Error a run is too long
 */
export function checkRuns(bytes: Uint8Array, bits: number, values: number): void {
  for (let at = 0, seen = 0; seen < values && at < bytes.length; ) {
    let header = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]
      if (byte === undefined || shift > 28) throw damaged()
      header += (byte & 127) * 2 ** shift
      if (byte < 128) break
    }
    const isPacked = header % 2 === 1
    const count = Math.floor(header / 2) * (isPacked ? 8 : 1)
    seen += inRange(count, values - seen + mostFilling)
    at += isPacked ? (count * bits) / 8 : Math.ceil(bits / 8)
  }
}

/** @throws Error it isn’t 0 … most */
export function inRange(value: bigint | number | undefined, most: number): number {
  const number = Number(value)
  if (!(number >= 0 && number <= most)) throw damaged()
  return number
}

export function damaged(): Error {
  return new Error('The file is damaged or cut off')
}
