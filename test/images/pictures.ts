import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { onTestFinished } from 'vitest'

/** A folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-images-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export async function write(folder: string, name: string, content: Uint8Array | string): Promise<string> {
  const target = path.join(folder, name)
  await mkdir(path.dirname(target), { recursive: true })
  await writeFile(target, content)
  return target
}

export type Rgb = [red: number, green: number, blue: number]

/** One colour a quarter, clockwise from the top left: whichever way a picture is turned, its corners tell. */
export const corners: Rgb[] = [
  [220, 30, 30],
  [30, 200, 30],
  [240, 240, 240],
  [30, 30, 220],
]

function quarterColour(x: number, y: number, width: number, height: number): Rgb {
  const right = x >= width / 2
  return corners[y < height / 2 ? (right ? 1 : 0) : right ? 2 : 3]
}

/**
 * A picture of four quarters, stored so that it is upright under this EXIF orientation. The standard says what the
 * orientation means: which side of the scene the first row and the first column of the file are.
 */
export function quarters(width: number, height: number, orientation = 1): Sharp {
  const turned = orientation >= 5
  const [columns, rows] = turned ? [height, width] : [width, height]
  const data = Buffer.alloc(width * height * 3)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [across, down] = turned ? [row, column] : [column, row]
      const fromRight = [2, 3, 6, 7].includes(orientation)
      const fromBottom = [3, 4, 7, 8].includes(orientation)
      const x = fromRight ? width - 1 - across : across
      const y = fromBottom ? height - 1 - down : down
      data.set(quarterColour(x, y, width, height), (row * columns + column) * 3)
    }
  }
  const image = sharp(data, { raw: { width: columns, height: rows, channels: 3 } })
  return orientation === 1 ? image : image.withMetadata({ orientation })
}

/** The colours in the middle of the four quarters. */
export function cornersOf(pixels: { data: Uint8Array; width: number; height: number }): Rgb[] {
  const at = (x: number, y: number): Rgb => {
    const offset = (Math.floor(y * pixels.height) * pixels.width + Math.floor(x * pixels.width)) * 3
    return [pixels.data[offset], pixels.data[offset + 1], pixels.data[offset + 2]]
  }
  return [at(0.25, 0.25), at(0.75, 0.25), at(0.75, 0.75), at(0.25, 0.75)]
}

/** The pixels of a file exactly as stored: no orientation, first three channels. */
export async function storedPixels(file: string | Uint8Array) {
  const { data, info } = await sharp(file)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

/** The largest difference of any channel of any quarter. */
export function difference(a: Rgb[], b: Rgb[]): number {
  return Math.max(...a.flatMap((colour, i) => colour.map((value, channel) => Math.abs(value - b[i][channel]))))
}

/** A small photo-like picture: every seed another one. */
export async function picture(
  seed: number,
  { width = 40, height = 30, format = 'png' as const } = {},
): Promise<Buffer> {
  const data = Buffer.alloc(width * height * 3)
  for (let i = 0; i < data.length; i++) data[i] = (Math.imul(i + seed * 7919, 2654435761) >>> 9) & 127
  data[0] = seed & 255
  data[1] = (seed >> 8) & 255
  return sharp(data, { raw: { width, height, channels: 3 } })
    .toFormat(format)
    .toBuffer()
}
