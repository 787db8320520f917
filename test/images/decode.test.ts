import { hash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { decodePixels, type Pixels, readScanned } from '../../src/main/images/decode.ts'
import { readSource } from '../../src/main/images/source.ts'
import { describeWithShared, sharedPath } from '../shared.ts'
import { corners, cornersOf, difference, picture, quarters, temporaryFolder, write } from './pictures.ts'

async function decode(bytes: Uint8Array, width: number, height: number): Promise<Pixels> {
  const path = await write(temporaryFolder(), 'picture', bytes)
  return decodePixels(await readScanned(path, hash('sha256', bytes)), { width, height })
}

describe('decoding', () => {
  test('of every kind of pixel gives three bytes each, in the same colours', async () => {
    const image = () => quarters(80, 60)
    const kinds: Record<string, Buffer> = {
      jpeg: await image().jpeg({ quality: 95 }).toBuffer(),
      progressive: await image().jpeg({ quality: 95, progressive: true }).toBuffer(),
      png: await image().png().toBuffer(),
      interlaced: await image().png({ progressive: true }).toBuffer(),
      palette: await image().png({ palette: true }).toBuffer(),
      'png 16 bit': await image().toColourspace('rgb16').png().toBuffer(),
      webp: await image().webp({ quality: 95 }).toBuffer(),
      lossless: await image().webp({ lossless: true }).toBuffer(),
      gif: await image().gif().toBuffer(),
      tiff: await image().tiff({ compression: 'lzw' }).toBuffer(),
      'tiff 16 bit': await image().toColourspace('rgb16').tiff({ compression: 'deflate' }).toBuffer(),
      avif: await image().avif({ quality: 90 }).toBuffer(),
      opaque: await image().ensureAlpha(1).png().toBuffer(),
    }
    for (const [kind, bytes] of Object.entries(kinds)) {
      const pixels = await decode(bytes, 40, 30)
      expect(pixels.data.length, kind).toBe(40 * 30 * 3)
      expect(difference(cornersOf(pixels), corners), kind).toBeLessThan(12)
    }
    // Without a colour profile CMYK is only nearly the same colour: the order of the quarters must be.
    const cmyk = await decode(await image().toColourspace('cmyk').jpeg().toBuffer(), 40, 30)
    expect(difference(cornersOf(cmyk), corners)).toBeLessThan(100)
  })

  test('of grey gives three equal channels', async () => {
    for (const grey of [quarters(80, 60).greyscale(), quarters(80, 60).greyscale().toColourspace('grey16')]) {
      const { data } = await decode(await grey.png().toBuffer(), 40, 30)
      expect(data.length).toBe(40 * 30 * 3)
      for (let i = 0; i < data.length; i += 3) expect([data[i + 1], data[i + 2]]).toEqual([data[i], data[i]])
    }
  })

  test('applies a colour profile', async () => {
    const display = await quarters(80, 60).withIccProfile('p3').jpeg({ quality: 95 }).toBuffer()
    const withoutProfile = await sharp(display, { ignoreIcc: true }).jpeg({ quality: 95 }).toBuffer()
    expect(difference(cornersOf(await decode(display, 40, 30)), corners)).toBeLessThan(12)
    expect(difference(cornersOf(await decode(withoutProfile, 40, 30)), corners)).toBeGreaterThan(20)
  })

  test('shows transparency on white', async () => {
    const { data } = await decode(await quarters(80, 60).ensureAlpha(0).png().toBuffer(), 8, 8)
    expect(new Set(data)).toEqual(new Set([255]))
    const half = await decode(await quarters(80, 60).ensureAlpha(0.5).webp({ lossless: true }).toBuffer(), 40, 30)
    const onWhite = corners.map((colour) => colour.map((value) => (value + 255) / 2) as [number, number, number])
    expect(difference(cornersOf(half), onWhite)).toBeLessThan(4)
  })

  test('reduces each side by itself, and enlarges none', async () => {
    const bytes = await quarters(300, 20).png().toBuffer()
    const { width, height, data } = await decode(bytes, 100, 100)
    expect([width, height, data.length]).toEqual([100, 20, 100 * 20 * 3])
    const turned = await decode(await quarters(300, 20, 6).jpeg().toBuffer(), 100, 100)
    expect([turned.width, turned.height]).toEqual([100, 20])
    const one = await decode(await picture(1, { width: 1, height: 1 }), 100, 100)
    expect([one.width, one.height, one.data.length]).toEqual([1, 1, 3])
  })

  test('takes the first frame of an animation', async () => {
    const frames = [await quarters(40, 40).png().toBuffer(), await picture(1, { width: 40, height: 40 })]
    for (const format of ['gif', 'webp'] as const) {
      const animation = await sharp(frames, { join: { animated: true } })
        .toFormat(format)
        .toBuffer()
      expect((await sharp(animation).metadata()).pages).toBe(2)
      expect(difference(cornersOf(await decode(animation, 40, 40)), corners), format).toBeLessThan(30)
    }
  })

  test('refuses a file that is broken, gone, or another than was scanned', async () => {
    const folder = temporaryFolder()
    const bytes = await quarters(400, 300).jpeg().toBuffer()
    const path = await write(folder, 'a.jpg', bytes)
    await expect(readScanned(path, 'f'.repeat(64))).rejects.toMatchObject({ code: 'image-changed' })
    await expect(readScanned(`${folder}/b.jpg`, 'f'.repeat(64))).rejects.toMatchObject({ code: 'unreadable' })
    const cut = bytes.subarray(0, bytes.length / 2)
    await expect(decode(cut, 32, 32)).rejects.toMatchObject({ code: 'damaged' })
  })
})

describeWithShared('decoding photos', ['data/voc12-subset/images'], () => {
  test('at a half, a quarter or an eighth of their size is off by less than 4 of 255', async () => {
    const folder = sharedPath('data/voc12-subset/images')
    for (const name of readdirSync(folder).slice(0, 8)) {
      const large = sharp(`${folder}/${name}`).resize(1000, 1000, { fit: 'fill' })
      const path = await write(temporaryFolder(), name, await large.jpeg({ quality: 95 }).toBuffer())
      const source = await readSource(path)
      for (const side of [96, 224, 384]) {
        const exact = await sharp(await sharp(path).png().toBuffer())
          .resize(side, side, { fit: 'fill', kernel: 'linear' })
          .raw()
          .toBuffer()
        const reduced = await decodePixels(source, { width: side, height: side })
        expect(Math.sqrt(meanSquare(reduced.data, exact)), `${name} ${side}`).toBeLessThan(4)
      }
    }
  })
})

function meanSquare(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length
}
