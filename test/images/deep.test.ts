import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, describe, expect, test } from 'vitest'
import { decodePixels } from '../../src/main/images/decode.ts'
import { openPicture } from '../../src/main/images/deep.ts'
import { examine } from '../../src/main/images/examine.ts'
import { renderImage } from '../../src/main/images/render.ts'
import { sourceOfBytes } from '../../src/main/images/source.ts'
import { thumbnailPath } from '../../src/main/images/thumbnails.ts'
import { type TiffOptions, tiffOf } from './tiff.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'surmise-deep-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const side = 32

/** Columns of these values, so that lossy copies keep them: each value a stripe of 32 ÷ count columns. */
function stripes(values: readonly (readonly number[])[]): number[] {
  const width = side / values.length
  return Array.from({ length: side * side }, (_, at) => values[Math.floor((at % side) / width)]).flat()
}
const grey = (...values: number[]) => stripes(values.map((value) => [value]))
const tiff = (kind: TiffOptions['kind'], samples: number[], more: Partial<TiffOptions> = {}) =>
  tiffOf({ width: side, height: side, kind, samples, ...more })

interface Seen {
  note: string
  /** RGB of each stripe, as a backbone gets it. */
  colours: number[][]
}

let files = 0

/** Scans an image; what backbone, thumbnail and viewer get of it must be the same. */
async function seen(bytes: Buffer, count: number): Promise<Seen> {
  const name = `${files++}.tif`
  writeFileSync(path.join(folder, name), bytes)
  const scanned = (await examine(folder, { path: name } as Parameters<typeof examine>[1], folder))!
  expect(scanned).toMatchObject({ status: 'ok', width: side, height: side })
  const stripe = (data: Uint8Array, channels: number) =>
    Array.from({ length: count }, (_, i) => {
      const at = (side * (side / 2) + Math.floor(((i + 0.5) * side) / count)) * channels
      return [...data.subarray(at, at + channels)]
    })
  const pixels = await decodePixels(sourceOfBytes(bytes), { width: side, height: side })
  const colours = stripe(pixels.data, 3)
  const near = (data: Uint8Array, channels: number, what: string) => {
    for (const [i, colour] of stripe(data, channels).entries()) {
      for (let c = 0; c < 3; c++) expect(Math.abs(colour[c] - colours[i][c]), `${what}, ${i}`).toBeLessThanOrEqual(6)
    }
  }
  const raw = (file: string) =>
    sharp(file).flatten({ background: '#ffffff' }).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  const small = await raw(thumbnailPath(folder, scanned.sha256!))
  near(small.data, small.info.channels, 'thumbnail')
  const rendering = await renderImage(path.join(folder, name), scanned.sha256!, folder)
  const large = await raw(rendering.path)
  near(large.data, large.info.channels, 'view')
  return { note: scanned.reason, colours }
}

const greys = ({ colours }: Seen) => {
  for (const [red, green, blue] of colours) expect([green, blue]).toEqual([red, red])
  return colours.map(([red]) => red)
}

describe('more than 8 bits: one picture for the screen, the thumbnail and the backbone', () => {
  test('grey floats of 0 … 1, which were black', async () => {
    const found = await seen(tiff('float32', grey(0, 0.25, 0.5, 1)), 4)
    expect(greys(found)).toEqual([0, 64, 128, 255])
    expect(found.note).toBe('Its 32-bit floating-point values are shown with 0 as black and 1 as white.')
    expect(greys(await seen(tiff('float32', grey(0, 0.25, 0.5, 1), { bigEndian: true }), 4))).toEqual([0, 64, 128, 255])
  })

  test('floats in colour, which were too bright', async () => {
    const samples = stripes([
      [0, 0.25, 0.5],
      [1, 0.5, 0.1],
    ])
    expect((await seen(tiff('float32', samples, { bands: 3 }), 2)).colours).toEqual([
      [0, 64, 128],
      [255, 128, 26],
    ])
  })

  test('floats of 0 … 255, and of any other range', async () => {
    expect(greys(await seen(tiff('float32', grey(0, 100, 200, 255)), 4))).toEqual([0, 100, 200, 255])
    const celsius = await seen(tiff('float32', grey(-10, 0, 10, 30)), 4)
    expect(greys(celsius)).toEqual([0, 64, 128, 255])
    expect(celsius.note).toContain('with -10 as black and 30 as white')
  })

  test('what the file says of its range comes first', async () => {
    const found = await seen(tiff('float32', grey(0, 0.25, 0.5, 1), { range: [0, 2] }), 4)
    expect(greys(found)).toEqual([0, 32, 64, 128])
    expect(found.note).toContain('0 as black and 2 as white, as the file says.')
    expect(greys(await seen(tiff('uint16', grey(0, 1000, 2000, 3000), { range: [1000, 3000] }), 4))).toEqual([
      0, 0, 128, 255,
    ])
    expect(greys(await seen(tiff('int16', grey(-1000, 0, 1000, 3000), { range: [-1000, 1000] }), 4))).toEqual([
      0, 128, 255, 255,
    ])
    // Nonsense is no range.
    expect(greys(await seen(tiff('float32', grey(0, 0.25, 0.5, 1), { range: [3, 3] }), 4))).toEqual([0, 64, 128, 255])
  })

  test('16 bits of the whole range are as they always were, and nothing is said of them', async () => {
    const whole = await seen(tiff('uint16', grey(0, 16_384, 32_768, 65_535)), 4)
    expect(greys(whole)).toEqual([0, 64, 128, 255])
    expect(whole.note).toBe('')
    const photo = sharp({ create: { width: side, height: side, channels: 3, background: '#ff8020' } }).toColourspace(
      'rgb16',
    )
    for (const file of [
      await photo.clone().tiff({ compression: 'lzw' }).toBuffer(),
      await photo.clone().png().toBuffer(),
    ]) {
      expect((await seen(file, 1)).colours).toEqual([[255, 128, 32]])
    }
  })

  test('12 bits in 16, as instruments write them, in TIFF and in PNG', async () => {
    const found = await seen(tiff('uint16', grey(0, 1024, 2048, 4095)), 4)
    expect(greys(found)).toEqual([0, 64, 128, 255])
    expect(found.note).toBe('Its 16-bit values are shown with 0 as black and 4095 as white.')
    const values = Uint16Array.from(grey(0, 1024, 2048, 4095))
    const png = await sharp(values, { raw: { width: side, height: side, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer()
    const shown = await seen(png, 4)
    expect(greys(shown)).toEqual([0, 64, 128, 255])
    expect(shown.note).toContain('4095 as white')
  })

  test('signed 16 bits, and 32 bits', async () => {
    expect(greys(await seen(tiff('int16', grey(-1000, 0, 1000, 3000)), 4))).toEqual([0, 64, 128, 255])
    expect(greys(await seen(tiff('int16', grey(0, 1024, 2048, 4095)), 4))).toEqual([0, 64, 128, 255])
    expect(greys(await seen(tiff('uint32', grey(0, 1_000_000, 2_000_000, 4_000_000)), 4))).toEqual([0, 64, 128, 255])
    expect(greys(await seen(tiff('int8', grey(-100, -50, 0, 100)), 4))).toEqual([0, 64, 128, 255])
  })

  test('pixels that are no numbers: black where nothing is known, white above everything', async () => {
    const found = await seen(
      tiff('float32', grey(Number.NaN, 0.25, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, 0, 0.5, 0.5)),
      8,
    )
    expect(greys(found)).toEqual([0, 64, 255, 0, 255, 0, 128, 128])
    expect(greys(await seen(tiff('float32', grey(Number.NaN, Number.NaN)), 2))).toEqual([0, 0])
  })

  test('all of one value', async () => {
    expect(greys(await seen(tiff('float32', grey(0.5)), 1))).toEqual([128])
    expect(greys(await seen(tiff('float32', grey(-7)), 1))).toEqual([128])
    expect(greys(await seen(tiff('float32', grey(0)), 1))).toEqual([0])
    expect(greys(await seen(tiff('uint16', grey(0)), 1))).toEqual([0])
    expect(greys(await seen(tiff('int16', grey(-300)), 1))).toEqual([128])
  })

  test('with an alpha channel: its range is its own, and what is behind is white', async () => {
    const transparent = stripes([
      [0.5, 1],
      [0, 0],
      [0.25, 0.5],
      [1, 1],
    ])
    expect(greys(await seen(tiff('float32', transparent, { bands: 2 }), 4))).toEqual([
      128,
      255,
      expect.closeTo(159, -1),
      255,
    ])
    const colours = stripes([
      [0.5, 0, 1, 1],
      [0, 0, 0, 0],
    ])
    expect((await seen(tiff('float32', colours, { bands: 4 }), 2)).colours).toEqual([
      [128, 0, 255],
      [255, 255, 255],
    ])
    const deep = stripes([
      [4095, 0, 2048, 65_535],
      [0, 0, 0, 65_535],
    ])
    expect((await seen(tiff('uint16', deep, { bands: 4 }), 2)).colours).toEqual([
      [255, 0, 128],
      [0, 0, 0],
    ])
  })

  test('upright, as other images', async () => {
    // Turned by 90°: the columns are rows now.
    const { data, width } = await decodePixels(sourceOfBytes(tiff('float32', grey(0, 1), { orientation: 6 })), {
      width: side,
      height: side,
    })
    expect([data[0], data[3 * (width - 1)], data.at(-1)]).toEqual([0, 0, 255])
  })

  test('8 bits, whatever they show, are left alone', async () => {
    const dark = sharp({ create: { width: side, height: side, channels: 3, background: '#0a0b0c' } })
    for (const file of [
      await dark.clone().tiff({ compression: 'lzw' }).toBuffer(),
      await dark.clone().png().toBuffer(),
      await dark.clone().jpeg().toBuffer(),
    ]) {
      expect((await openPicture(sourceOfBytes(file))).note).toBe('')
    }
    expect((await seen(await dark.clone().tiff({ compression: 'lzw' }).toBuffer(), 1)).colours).toEqual([[10, 11, 12]])
  })
})
