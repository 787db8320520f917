/** Samples of a TIFF, as its SampleFormat says them. */
type Kind = 'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'float32'

const kinds: Record<Kind, { bits: number; format: 1 | 2 | 3; write: keyof DataView }> = {
  uint8: { bits: 8, format: 1, write: 'setUint8' },
  int8: { bits: 8, format: 2, write: 'setInt8' },
  uint16: { bits: 16, format: 1, write: 'setUint16' },
  int16: { bits: 16, format: 2, write: 'setInt16' },
  uint32: { bits: 32, format: 1, write: 'setUint32' },
  int32: { bits: 32, format: 2, write: 'setInt32' },
  float32: { bits: 32, format: 3, write: 'setFloat32' },
}

export interface TiffOptions {
  width: number
  height: number
  kind: Kind
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha. @default 1 */
  bands?: number
  /** Row by row, pixel by pixel. */
  samples: ArrayLike<number>
  /** SMinSampleValue and SMaxSampleValue. */
  range?: [min: number, max: number]
  bigEndian?: boolean
  /** Of the EXIF kind. @default 1 */
  orientation?: number
}

/** An uncompressed TIFF of any kind of samples, written by hand: no library writes all of them. */
export function tiffOf(options: TiffOptions): Buffer {
  const { width, height, kind, bands = 1, samples, range, bigEndian = false, orientation = 1 } = options
  const { bits, format, write } = kinds[kind]
  const bytes = (width * height * bands * bits) / 8
  const little = !bigEndian
  type Entry = [tag: number, type: 3 | 4 | 8 | 11, values: number[]]
  const sizes = { 3: 2, 4: 4, 8: 2, 11: 4 }
  const all = <T>(value: T): T[] => Array.from({ length: bands }, () => value)
  const pixelsAt = 8
  const entries: Entry[] = [
    [256, 4, [width]],
    [257, 4, [height]],
    [258, 3, all(bits)],
    [259, 3, [1]],
    [262, 3, [bands >= 3 ? 2 : 1]],
    [273, 4, [pixelsAt]],
    [274, 3, [orientation]],
    [277, 3, [bands]],
    [278, 4, [height]],
    [279, 4, [bytes]],
    [284, 3, [1]],
    ...(bands === 2 || bands === 4 ? [[338, 3, [2]] as Entry] : []),
    [339, 3, all(format)],
    ...(range
      ? ([
          [340, format === 3 ? 11 : format === 2 ? 8 : 3, all(range[0])],
          [341, format === 3 ? 11 : format === 2 ? 8 : 3, all(range[1])],
        ] as Entry[])
      : []),
  ]
  const directoryAt = pixelsAt + bytes + (bytes % 2)
  let extraAt = directoryAt + 2 + entries.length * 12 + 4
  const extra = entries.reduce(
    (sum, [, type, { length }]) => sum + Math.max(0, sizes[type] * length > 4 ? sizes[type] * length : 0),
    0,
  )
  const view = new DataView(new ArrayBuffer(extraAt + extra))
  view.setUint16(0, bigEndian ? 0x4d4d : 0x4949)
  view.setUint16(2, 42, little)
  view.setUint32(4, directoryAt, little)
  for (let i = 0; i < width * height * bands; i++) {
    const set = view[write] as (at: number, value: number, little: boolean) => void
    set.call(view, pixelsAt + (i * bits) / 8, samples[i], little)
  }
  const put = (at: number, type: 3 | 4 | 8 | 11, value: number): void => {
    if (type === 3) view.setUint16(at, value, little)
    else if (type === 4) view.setUint32(at, value, little)
    else if (type === 8) view.setInt16(at, value, little)
    else view.setFloat32(at, value, little)
  }
  view.setUint16(directoryAt, entries.length, little)
  for (const [i, [tag, type, values]] of entries.entries()) {
    const at = directoryAt + 2 + i * 12
    view.setUint16(at, tag, little)
    view.setUint16(at + 2, type, little)
    view.setUint32(at + 4, values.length, little)
    const isInside = sizes[type] * values.length <= 4
    if (!isInside) view.setUint32(at + 8, extraAt, little)
    for (const [k, value] of values.entries()) put((isInside ? at + 8 : extraAt) + k * sizes[type], type, value)
    if (!isInside) extraAt += sizes[type] * values.length
  }
  return Buffer.from(view.buffer)
}
