/** What the monsters are made of: pieces repeated without end, and pictures that are not what they seem. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import type { Monster } from './monsters.ts'

export const mebi = 1024 ** 2
export const ofMegabytes = (count: number) => (scale: number) => `${Number((count * scale).toPrecision(2))} MB`
export const small = () => 'some kB'

export async function stream(file: string, parts: Iterable<string | Buffer>): Promise<void> {
  const handle = await open(file, 'w')
  try {
    let held: string[] = []
    let length = 0
    const flush = async () => {
      await handle.writeFile(held.join(''))
      held = []
      length = 0
    }
    for (const part of parts) {
      if (typeof part === 'string') {
        held.push(part)
        length += part.length
        if (length > mebi) await flush()
      } else {
        await flush()
        await handle.writeFile(part)
      }
    }
    await flush()
  } finally {
    await handle.close()
  }
}

/** The same piece again and again, up to so many bytes. */
export function* repeated(piece: string, bytes: number): Generator<Buffer> {
  const block = Buffer.from(piece.repeat(Math.ceil(mebi / piece.length)))
  for (let left = bytes; left > 0; left -= block.length) yield left >= block.length ? block : block.subarray(0, left)
}

export function text(name: string, parts: (scale: number) => Iterable<string | Buffer>): Monster['make'] {
  return async (folder, scale) => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    await stream(path.join(folder, name), parts(scale))
    return name
  }
}

const [images, labels] = [100_000, 80]

export function* cocoText(scale: number): Generator<string> {
  yield '{"images":['
  for (let i = 1; i <= images; i++)
    yield `${i === 1 ? '' : ','}{"id":${i},"file_name":"photos/of/the/holiday/${i}.jpg","width":640,"height":480}`
  yield '],"categories":['
  for (let i = 1; i <= labels; i++) yield `${i === 1 ? '' : ','}{"id":${i},"name":"label ${i}"}`
  yield '],"annotations":['
  let length = 0
  for (let i = 1; length < 490 * mebi * scale; i++) {
    const one = `${i === 1 ? '' : ','}{"id":${i},"image_id":${1 + (i % images)},"category_id":${1 + (i % labels)},"bbox":[1.5,2.5,${i % 640},100],"area":1000,"iscrowd":0}`
    length += one.length
    yield one
  }
  yield ']}'
}

export function* csvRows(scale: number): Generator<string> {
  yield 'image,label,value\n'
  for (let i = 0; i < 10_000_000 * scale; i++) {
    yield `photos/${Math.floor(i / 100)}.jpg,label ${i % 100},${i % 3 === 0 ? 'present' : 'absent'}\n`
  }
}

export function* laughs(): Generator<string> {
  yield '<?xml version="1.0"?><!DOCTYPE annotations [<!ENTITY a0 "ha">'
  for (let i = 1; i < 12; i++) yield `<!ENTITY a${i} "${`&a${i - 1};`.repeat(10)}">`
  yield ']><annotations><image name="a.jpg"><tag label="&a11;"/>&a11;</image></annotations>'
}

export function* aliases(): Generator<string> {
  yield 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n'
  for (let i = 1; i < 12; i++)
    yield `a${i}: &a${i} [${Array(10)
      .fill(`*a${i - 1}`)
      .join(', ')}]\n`
  yield 'names: *a11\n'
}

export function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length)
  body.copy(framed, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}

/** A PNG of one grey that takes almost nothing. @param more chunks before the pixels */
export function png(width: number, height: number, more: Buffer[] = []): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 0, 0, 0, 0], 8)
  const row = Buffer.alloc(width + 1)
  const rows = Buffer.concat(Array.from({ length: Math.min(height, 256) }, () => row))
  // Rows of zeroes are one another's continuation: deflated in parts, they need not be held together.
  const pixels = height <= 256 ? deflateSync(rows) : deflateSync(Buffer.alloc((width + 1) * height), { level: 1 })
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    ...[chunk('IHDR', header), ...more, chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))],
  ])
}

export function picture(name: string, bytes: () => Buffer | Promise<Buffer>): Monster['make'] {
  return async (folder) => {
    writeFileSync(path.join(folder, name), await bytes())
    return name
  }
}

export const photo = (): Promise<Buffer> =>
  sharp({ create: { width: 64, height: 48, channels: 3, background: '#a53' } })
    .jpeg()
    .toBuffer()

/** A JPEG with a segment of one's own behind its beginning. */
export async function withSegment(marker: number, body: Buffer): Promise<Buffer> {
  const jpeg = await photo()
  const head = Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255])
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)])
}

/** Directories of TIFF that lead to themselves. */
export function loopedTiff(): Buffer {
  const bytes = Buffer.alloc(64)
  bytes.write('II*\0', 'latin1')
  bytes.writeUInt32LE(8, 4)
  bytes.writeUInt16LE(1, 8)
  bytes.writeUInt16LE(256, 10)
  bytes.writeUInt16LE(4, 12)
  bytes.writeUInt32LE(1, 14)
  bytes.writeUInt32LE(64, 18)
  bytes.writeUInt32LE(8, 22)
  return bytes
}

export const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9"><script>alert(1)</script>
<image xlink:href="file:///etc/passwd" width="9" height="9"/><image href="http://127.0.0.1:9/x.png" width="9" height="9"/></svg>`
