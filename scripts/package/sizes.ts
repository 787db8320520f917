import { lstatSync, readdirSync } from 'node:fs'
import path from 'node:path'

/** What the bytes of a package are, by the first pattern that a path matches. */
const parts: [name: string, pattern: RegExp][] = [
  ['Node', /(^|\/)node\/node(\.exe)?$/],
  ['ONNX Runtime', /node_modules\/onnxruntime-(node|common)\//],
  ['sharp and libvips', /node_modules\/(@img|sharp)\//],
  ['SQLite', /node_modules\/better-sqlite3\//],
  ['other libraries', /node_modules\//],
  ['pages', /out\/renderer\//],
  ['program', /out\//],
  ['backbone', /resources\/backbones\//],
  ['archive: program and pages', /app\.asar$/],
]

/** Bytes of each part, the largest first. @param rest what all else is called */
export function sizesOf(folder: string, rest: string): { part: string; bytes: number }[] {
  const sizes = new Map<string, number>()
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const facts = lstatSync(path.join(folder, file))
    if (!facts.isFile()) continue
    const place = file.split(path.sep).join('/')
    const part = parts.find(([, pattern]) => pattern.test(place))?.[0] ?? rest
    sizes.set(part, (sizes.get(part) ?? 0) + facts.size)
  }
  return Array.from(sizes, ([part, bytes]) => ({ part, bytes })).sort((a, b) => b.bytes - a.bytes)
}

export function sizeTable(folder: string, rest: string): string {
  const sizes = sizesOf(folder, rest)
  const all = [...sizes, { part: 'together', bytes: sizes.reduce((sum, { bytes }) => sum + bytes, 0) }]
  const width = Math.max(...all.map(({ part }) => part.length))
  return all.map(({ part, bytes }) => `${part.padEnd(width)}  ${(bytes / 1e6).toFixed(1).padStart(7)} MB`).join('\n')
}
