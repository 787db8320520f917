import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { decodePixels, readScanned } from '../../src/main/images/decode.ts'
import { renderImage } from '../../src/main/images/render.ts'
import { scan } from '../../src/main/images/scan.ts'
import { ensureThumbnail } from '../../src/main/images/thumbnails.ts'
import { corners, cornersOf, difference, quarters, storedPixels, temporaryFolder, write } from './pictures.ts'

const orientations = [1, 2, 3, 4, 5, 6, 7, 8]
/** JPEG and WebP are not exact. */
const tolerance = 12

async function stored(format: 'jpeg' | 'png' | 'webp' | 'tiff', orientation: number, width = 600, height = 400) {
  const folder = temporaryFolder()
  const bytes = await quarters(width, height, orientation).toFormat(format).toBuffer()
  const path = await write(folder, `picture.${format}`, bytes)
  return { path, folder, cache: `${folder}/.cache`, sha256: hash('sha256', bytes) }
}

describe.each(['jpeg', 'png', 'webp', 'tiff'] as const)('%s with orientation', (format) => {
  test.each(orientations)('%i is upright everywhere', async (orientation) => {
    const { path, folder, cache, sha256 } = await stored(format, orientation)
    const reported = await scan({ root: folder, known: [], cacheFolder: cache })
    expect(reported.added).toEqual([])

    const thumbnail = await storedPixels(await ensureThumbnail(path, sha256, cache))
    expect([thumbnail.width, thumbnail.height]).toEqual([320, 213])
    expect(difference(cornersOf(thumbnail), corners)).toBeLessThan(tolerance)

    const decoded = await decodePixels(await readScanned(path, sha256), { width: 64, height: 64 })
    expect([decoded.width, decoded.height]).toEqual([64, 64])
    expect(difference(cornersOf(decoded), corners)).toBeLessThan(tolerance)

    const rendering = await renderImage(path, sha256, cache)
    expect([rendering.width, rendering.height]).toEqual([600, 400])
    if (rendering.path === path) {
      // The original as it is: of JPEGs a browser applies the orientation, of the others none may be left to apply.
      expect(format === 'jpeg' || orientation === 1).toBe(true)
      return
    }
    const shown = await storedPixels(rendering.path)
    expect([shown.width, shown.height]).toEqual([600, 400])
    expect((await sharp(rendering.path).metadata()).orientation).toBeUndefined()
    expect(difference(cornersOf(shown), corners)).toBeLessThan(tolerance)
  })
})

test('the scan tells the upright size and the orientation', async () => {
  const folder = temporaryFolder()
  for (const orientation of orientations) {
    await write(folder, `${orientation}.jpg`, await quarters(60, 40, orientation).jpeg().toBuffer())
  }
  const told = new Map<string, string>()
  await scan(
    { root: folder, known: [], cacheFolder: `${folder}/.cache` },
    {
      progress: ({ added }) => {
        for (const file of added) told.set(file.path, `${file.width}×${file.height} ${file.orientation}`)
      },
    },
  )
  expect([...told].sort()).toEqual(orientations.map((orientation) => [`${orientation}.jpg`, `60×40 ${orientation}`]))
})

test('a large JPEG, reduced while it is decoded, is upright too', async () => {
  for (const orientation of orientations) {
    const { path, cache, sha256 } = await stored('jpeg', orientation, 1200, 800)
    const decoded = await decodePixels(await readScanned(path, sha256), { width: 50, height: 50 })
    expect(difference(cornersOf(decoded), corners)).toBeLessThan(tolerance)
    const thumbnail = await storedPixels(readFileSync(await ensureThumbnail(path, sha256, cache)))
    expect([thumbnail.width, thumbnail.height]).toEqual([320, 213])
    expect(difference(cornersOf(thumbnail), corners)).toBeLessThan(tolerance)
  }
})
