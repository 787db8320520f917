import { elementTypeNumber, type TensorMessage } from './format.ts'

/** The numbers of a floating-point tensor, row-major; undefined if it has another type, or isn't in this file. */
export function floatsOf({
  data_type,
  dims,
  float_data,
  int32_data,
  raw_data,
}: TensorMessage): Float32Array | undefined {
  const count = dims.reduce<number>((total, size) => total * Number(size), 1)
  // A copy, since the bytes may not be aligned.
  const bytes = Uint8Array.from(raw_data ?? []).buffer
  if (data_type === elementTypeNumber.float32) {
    const values = bytes.byteLength > 0 ? new Float32Array(bytes) : Float32Array.from(float_data ?? [])
    return values.length === count ? values : undefined
  }
  if (data_type !== elementTypeNumber.float16) return undefined
  // If not in raw bytes, each number's 16 bits are stored as an integer.
  const bits = bytes.byteLength > 0 ? bytes : Uint16Array.from(int32_data ?? []).buffer
  return bits.byteLength === 2 * count ? Float32Array.from(new Float16Array(bits)) : undefined
}
