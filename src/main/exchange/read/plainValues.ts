/** Lists and numbers as JSON has them; bytes stay bytes, apart from the file that they were part of. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : `${value}`
  if (value instanceof Uint8Array) return Uint8Array.from(value)
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as ArrayLike<unknown>, plain)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, one]) => [`${key}`, plain(one)]))
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]))
}
