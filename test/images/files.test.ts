import { hash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { renderImage } from '../../src/main/images/render.ts'
import { ensureThumbnail, thumbnailPath } from '../../src/main/images/thumbnails.ts'
import { picture, quarters, temporaryFolder, write } from './pictures.ts'

async function stored(name: string, bytes: Buffer) {
  const folder = temporaryFolder()
  return { path: await write(folder, name, bytes), cache: `${folder}/.cache`, sha256: hash('sha256', bytes) }
}

describe('thumbnails', () => {
  test('are WebP in sRGB of at most 320 pixels, never enlarged', async () => {
    for (const [width, height, expected] of [
      [1000, 500, [320, 160]],
      [100, 640, [50, 320]],
      [20, 10, [20, 10]],
      [3000, 2, [320, 1]],
    ] as const) {
      const image = await quarters(width, height).withIccProfile('p3').jpeg().toBuffer()
      const { path, cache, sha256 } = await stored('a.jpg', image)
      const thumbnail = await sharp(await ensureThumbnail(path, sha256, cache)).metadata()
      expect([thumbnail.width, thumbnail.height]).toEqual(expected)
      expect([thumbnail.format, thumbnail.space, thumbnail.hasProfile]).toEqual(['webp', 'srgb', false])
    }
  })

  test('keep transparency', async () => {
    const { path, cache, sha256 } = await stored('a.png', await quarters(50, 50).ensureAlpha(0.2).png().toBuffer())
    expect((await sharp(await ensureThumbnail(path, sha256, cache)).metadata()).hasAlpha).toBe(true)
  })

  test('are made once, whole, and again when the cache was lost', async () => {
    const { path: file, cache, sha256 } = await stored('a.jpg', await quarters(700, 500).jpeg().toBuffer())
    const [first, second] = await Promise.all([1, 2].map(() => ensureThumbnail(file, sha256, cache)))
    expect(first).toBe(second)
    expect(first).toBe(path.join(cache, 'thumbnails', sha256.slice(0, 2), `${sha256}.webp`))
    expect(await readdir(path.dirname(first))).toEqual([`${sha256}.webp`])
    const { mtimeMs } = await stat(first)
    await ensureThumbnail(file, sha256, cache)
    expect((await stat(first)).mtimeMs).toBe(mtimeMs)
    await rm(cache, { recursive: true })
    await ensureThumbnail(file, sha256, cache)
    // A power cut can leave the name without the bytes.
    await truncate(first, 0)
    await ensureThumbnail(file, sha256, cache)
    expect((await stat(first)).size).toBeGreaterThan(100)
  })

  test('of a file that is broken, gone or changed fail, and leave nothing behind', async () => {
    const bytes = await quarters(700, 500).jpeg().toBuffer()
    const { path: file, cache, sha256 } = await stored('a.jpg', bytes)
    await writeFile(file, bytes.subarray(0, 3000))
    await expect(ensureThumbnail(file, sha256, cache)).rejects.toMatchObject({ code: 'image-changed' })
    const cut = hash('sha256', bytes.subarray(0, 3000))
    await expect(ensureThumbnail(file, cut, cache)).rejects.toMatchObject({ code: 'damaged' })
    expect(existsSync(thumbnailPath(cache, cut))).toBe(false)
    expect(await readdir(path.join(cache, 'thumbnails', cut.slice(0, 2)))).toEqual([])
    await rm(file)
    await expect(ensureThumbnail(file, sha256, cache)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('renderings', () => {
  test('leave to the browser what it shows rightly', async () => {
    const image = () => quarters(60, 40)
    const originals: Record<string, Buffer> = {
      'a.jpg': await image().jpeg().toBuffer(),
      'grey.jpg': await image().greyscale().jpeg().toBuffer(),
      'a.png': await image().png().toBuffer(),
      'a.webp': await image().webp().toBuffer(),
      'a.gif': await image().gif().toBuffer(),
      'a.avif': await image().avif().toBuffer(),
    }
    for (const [name, bytes] of Object.entries(originals)) {
      const { path, cache, sha256 } = await stored(name, bytes)
      const rendering = await renderImage(path, sha256, cache)
      expect(rendering).toMatchObject({ path, width: 60, height: 40, reduced: false })
      expect(rendering.mediaType).toBe(`image/${name.split('.')[1].replace('jpg', 'jpeg')}`)
      expect(existsSync(cache)).toBe(false)
    }
  })

  test('convert the rest to a still WebP of the full size, once', async () => {
    const image = () => quarters(60, 40)
    const frames = [await image().png().toBuffer(), await picture(1, { width: 60, height: 40 })]
    const animated = () => sharp(frames, { join: { animated: true } })
    const png = await image().png().toBuffer()
    const animation = Buffer.from('\0\0\0\x08acTL\0\0\0\x02\0\0\0\0\x30\x22\xd4\xf4', 'latin1')
    const originals: Record<string, Buffer> = {
      'a.tif': await image().tiff().toBuffer(),
      'cmyk.jpg': await image().toColourspace('cmyk').jpeg().toBuffer(),
      'animated.gif': await animated().gif().toBuffer(),
      'animated.webp': await animated().webp().toBuffer(),
      'animated.png': Buffer.concat([png.subarray(0, 33), animation, png.subarray(33)]),
    }
    for (const [name, bytes] of Object.entries(originals)) {
      const { path, cache, sha256 } = await stored(name, bytes)
      const rendering = await renderImage(path, sha256, cache)
      expect(rendering, name).toMatchObject({ mediaType: 'image/webp', width: 60, height: 40, reduced: false })
      expect(rendering.path).not.toBe(path)
      const { format, pages, width, height } = await sharp(rendering.path).metadata()
      expect([format, pages ?? 1, width, height]).toEqual(['webp', 1, 60, 40])
      const { mtimeMs } = await stat(rendering.path)
      expect(await renderImage(path, sha256, cache)).toEqual(rendering)
      expect((await stat(rendering.path)).mtimeMs).toBe(mtimeMs)
    }
  })

  test('of very large images are reduced, and say so', async () => {
    const bytes = await sharp({ create: { width: 20_000, height: 500, channels: 3, background: '#369' } })
      .jpeg()
      .toBuffer()
    const { path, cache, sha256 } = await stored('panorama.jpg', bytes)
    const rendering = await renderImage(path, sha256, cache)
    expect(rendering).toMatchObject({ mediaType: 'image/webp', width: 8192, height: 205, reduced: true })
    expect((await sharp(await readFile(rendering.path)).metadata()).width).toBe(8192)
  })

  test('of a changed file are refused', async () => {
    const { path, cache } = await stored('a.jpg', await quarters(60, 40).jpeg().toBuffer())
    await expect(renderImage(path, '0'.repeat(64), cache)).rejects.toMatchObject({ code: 'image-changed' })
  })
})
