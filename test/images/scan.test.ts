import { hash } from 'node:crypto'
import { existsSync, renameSync } from 'node:fs'
import { chmod, mkdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { thumbnailPath } from '../../src/main/images/thumbnails.ts'
import { withHastyClock } from '../clock.ts'
import { picture, quarters, temporaryFolder, write } from './pictures.ts'
import { scanned, TestProject } from './project.ts'

/** Different files that take a few milliseconds each. */
async function writePhotos(folder: string, count: number): Promise<void> {
  const photo = await quarters(900, 600).jpeg().toBuffer()
  for (let i = 0; i < count; i++) await write(folder, `${i}.jpg`, Buffer.concat([photo, Buffer.from(`${i}`)]))
}

/** A black square of one bit a pixel. */
function blackPng(side: number): Buffer {
  const chunk = (name: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(name), data])
    const numbers = Buffer.alloc(8)
    numbers.writeUInt32BE(data.length, 0)
    numbers.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([numbers.subarray(0, 4), body, numbers.subarray(4)])
  }
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0])
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  const rows = Buffer.alloc(side * (1 + Math.ceil(side / 8)))
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

const isRoot = process.getuid?.() === 0

describe('a scan', () => {
  test('finds every format in every folder, and tells what each image is', async () => {
    const folder = temporaryFolder()
    for (const format of ['jpeg', 'png', 'webp', 'avif', 'tiff', 'gif'] as const) {
      await write(folder, `${format}/deep/er/one.${format}`, await quarters(60, 40).toFormat(format).toBuffer())
    }
    await write(folder, 'UPPER.JPG', await quarters(60, 40).jpeg().toBuffer())
    await write(folder, 'notes.txt', 'not mine')
    const files = await scanned(folder)
    expect([...files.keys()].sort()).toEqual([
      'UPPER.JPG',
      ...['avif', 'gif', 'jpeg', 'png', 'tiff', 'webp'].map((format) => `${format}/deep/er/one.${format}`),
    ])
    for (const file of files.values()) {
      expect(file).toMatchObject({ status: 'ok', reason: '', width: 60, height: 40, orientation: 1 })
      expect(file.path.toLowerCase()).toContain(file.format?.replace('jpeg', 'jp'))
      const bytes = await readFile(path.join(folder, file.path))
      expect(file.size).toBe(bytes.length)
      expect((await sharp(thumbnailPath(`${folder}/.cache`, file.sha256!)).metadata()).format).toBe('webp')
    }
  })

  test('keeps every Unicode name exactly as it is on the disk', async () => {
    const folder = temporaryFolder()
    const names = [
      'caf\u00e9.png',
      'cafe\u0301.png',
      '日本語/画像.png',
      '🦩 flamingo 👩‍👩‍👧.png',
      'שלום עולם.png',
      'مرحبا/صورة.png',
      `it's "quoted".png`,
      ' leading and trailing .png',
      'new\nline\ttab.png',
      'back\\slash.png',
      '100%25 [1]{a,b}*?#&;$(x).png',
      `${'长'.repeat(80)}.png`,
    ]
    for (const [seed, name] of names.entries()) await write(folder, name, await picture(seed))
    const files = await scanned(folder)
    expect([...files.keys()].sort()).toEqual(names.toSorted())
    expect([...files.values()].filter((file) => file.status !== 'ok')).toEqual([])
    const project = new TestProject(folder)
    await project.scan()
    expect(await project.scan()).toMatchObject({ unchanged: names.length, added: [], missing: [], moved: [] })
  })

  test('passes over hidden files, caches, links and system folders', async () => {
    const folder = temporaryFolder()
    const outside = temporaryFolder()
    await write(outside, 'outside.png', await picture(1))
    await write(folder, 'a.png', await picture(2))
    await write(folder, '.hidden/b.png', await picture(3))
    await write(folder, '._a.png', 'a resource fork')
    await write(folder, '@eaDir/c.png', await picture(4))
    await write(folder, 'other.cache/CACHEDIR.TAG', 'Signature: 8a477f597d28d172789f06886806bc55\n')
    await write(folder, 'other.cache/d.png', await picture(5))
    await write(folder, 'not-a-cache/CACHEDIR.TAG', 'only the name')
    await write(folder, 'not-a-cache/e.png', await picture(6))
    await symlink(folder, path.join(folder, 'loop'))
    await symlink(outside, path.join(folder, 'out'))
    await symlink(path.join(outside, 'outside.png'), path.join(folder, 'out.png'))
    await symlink(path.join(folder, 'a.png'), path.join(folder, 'in.png'))
    await symlink(path.join(folder, 'nowhere'), path.join(folder, 'broken.png'))
    await mkdir(path.join(folder, 'folder.png'))
    const project = new TestProject(folder)
    const result = await project.scan()
    expect(project.present.map((image) => image.path).sort()).toEqual(['a.png', 'not-a-cache/e.png'])
    expect(result.links).toBe(5)
    expect(await project.scan()).toMatchObject({ found: 2, unchanged: 2 })
  })

  test('of a root that is itself a link follows it', async () => {
    const folder = temporaryFolder()
    await write(folder, 'real/a.png', await picture(1))
    await symlink(path.join(folder, 'real'), path.join(folder, 'link'))
    expect([...(await scanned(path.join(folder, 'link'))).keys()]).toEqual(['a.png'])
  })

  test('of an empty folder finds nothing', async () => {
    const folder = temporaryFolder()
    await mkdir(path.join(folder, 'empty/er'), { recursive: true })
    expect(await new TestProject(folder).scan()).toMatchObject({ complete: true, found: 0, added: [], missing: [] })
  })

  test('of a folder that is not there, or is none, is a sentence', async () => {
    const folder = temporaryFolder()
    const file = await write(folder, 'a.png', await picture(1))
    await expect(scanned(path.join(folder, 'gone'))).rejects.toMatchObject({ code: 'images-folder-missing' })
    await expect(scanned(file)).rejects.toMatchObject({ code: 'images-folder-not-a-folder' })
  })

  test('that loses the folder in the middle does not call its images missing', async () => {
    const folder = temporaryFolder()
    const root = path.join(folder, 'images')
    for (let i = 0; i < 40; i++) await write(root, `${i}.png`, await picture(i))
    const project = new TestProject(root)
    await project.scan()
    for (let i = 0; i < 40; i++) await utimes(path.join(root, `${i}.png`), 1, 1)
    const scan = project.scan({
      // At once: a rename that waits its turn among the readers could come after the last of them.
      progress: ({ phase }) => {
        if (phase === 'reading' && existsSync(root)) renameSync(root, path.join(folder, 'unplugged'))
      },
    })
    await expect(scan).rejects.toMatchObject({ code: 'images-folder-missing' })
    expect(project.present).toHaveLength(40)
  })

  test('numbers images in the order of their paths, however long each takes', async () => {
    const folder = temporaryFolder()
    // The first takes longest by far.
    await write(folder, 'a.jpg', await quarters(6000, 4000).jpeg().toBuffer())
    for (const name of ['c', 'b', 'e', 'd', 'f']) await write(folder, `${name}.png`, await picture(name.charCodeAt(0)))
    const project = new TestProject(folder)
    await project.scan()
    expect(project.images.map((image) => image.path)).toEqual(['a.jpg', 'b.png', 'c.png', 'd.png', 'e.png', 'f.png'])
  })

  test('tells how far it is', async () => {
    const folder = temporaryFolder()
    await writePhotos(folder, 60)
    const project = new TestProject(folder)
    await project.scan()
    const reading = project.reports.filter((report) => report.phase === 'reading')
    expect(reading.length).toBeGreaterThan(1)
    expect(reading.at(-1)).toMatchObject({ found: 60, done: 60, total: 60 })
    expect(reading.at(-1)!.perSecond).toBeGreaterThan(0)
    expect(reading.every((report, i) => i === 0 || report.done >= reading[i - 1].done)).toBe(true)
  })

  test('that is cancelled keeps what was done, and the next one does the rest', async () => {
    const folder = temporaryFolder()
    for (let i = 0; i < 80; i++)
      await write(
        folder,
        `${i}.jpg`,
        await quarters(900 + i, 600)
          .jpeg()
          .toBuffer(),
      )
    const project = new TestProject(folder)
    const abort = new AbortController()
    const first = await withHastyClock(() =>
      project.scan({
        signal: abort.signal,
        progress: ({ phase, done }) => phase === 'reading' && done > 3 && abort.abort(),
      }),
    )
    expect(first.complete).toBe(false)
    const kept = project.present.length
    expect(kept).toBeGreaterThan(3)
    expect(kept).toBeLessThan(80)
    const second = await project.scan()
    expect(second).toMatchObject({ complete: true, unchanged: kept, missing: [], moved: [], changed: [] })
    expect(project.present.map((image) => image.path).sort()).toEqual(
      Array.from({ length: 80 }, (_, i) => `${i}.jpg`).sort(),
    )
  })

  test('cancelled before it starts does nothing', async () => {
    const folder = temporaryFolder()
    await write(folder, 'a.png', await picture(1))
    const project = new TestProject(folder)
    expect(await project.scan({ signal: AbortSignal.abort() })).toMatchObject({ complete: false, missing: [] })
    expect(project.images).toEqual([])
  })
})

describe('what can’t be used is listed with the reason', () => {
  test('whatever it is', async () => {
    const folder = temporaryFolder()
    const jpeg = await quarters(600, 400).jpeg().toBuffer()
    const png = await picture(1, { width: 200, height: 200 })
    const avif = await quarters(600, 400).avif().toBuffer()
    const cases: Record<string, [content: Buffer | string, code: string]> = {
      'empty.jpg': ['', 'empty'],
      'text.jpg': ['hello', 'not-an-image'],
      'one-byte.png': ['\x89', 'not-an-image'],
      'drawing.png': ['<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', 'not-an-image'],
      'page.webp': ['<!doctype html><html></html>', 'not-an-image'],
      'pointer.jpg': ['version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n', 'not-an-image'],
      'document.tif': ['%PDF-1.7', 'not-an-image'],
      'cut.jpg': [jpeg.subarray(0, jpeg.length / 2), 'damaged'],
      'head.jpg': [jpeg.subarray(0, 30), 'damaged'],
      'cut.png': [png.subarray(0, png.length / 2), 'damaged'],
      'cut.gif': [(await quarters(90, 90).gif().toBuffer()).subarray(0, 200), 'damaged'],
      'cut.webp': [(await quarters(600, 400).webp().toBuffer()).subarray(0, 500), 'damaged'],
      'cut.avif': [avif.subarray(0, avif.length / 2), 'damaged'],
      'cut.tif': [(await quarters(600, 400).tiff().toBuffer()).subarray(0, 300), 'damaged'],
      'noise.png': [Buffer.concat([png.subarray(0, 60), Buffer.alloc(5000, 0xa5)]), 'damaged'],
    }
    for (const [name, [content]] of Object.entries(cases)) await write(folder, name, content)
    await write(folder, 'fine.jpg', jpeg)
    const files = await scanned(folder)
    expect(files.get('fine.jpg')?.status).toBe('ok')
    for (const [name, [, code]] of Object.entries(cases)) {
      const file = files.get(name)
      expect([name, file?.status, file?.reasonCode]).toEqual([name, 'broken', code])
      expect(file?.reason).toMatch(/^(The|You) .{10,120}\.$/)
    }
    expect(files.get('drawing.png')?.reason).toContain('an SVG or XML file')
    expect(files.get('document.tif')?.reason).toContain('a PDF document')
  })

  test('over 268 megapixels', async () => {
    const folder = temporaryFolder()
    // 34 kilobytes of file: a decompression bomb.
    await write(folder, 'huge.png', blackPng(16_500))
    const file = (await scanned(folder)).get('huge.png')
    expect(file).toMatchObject({ status: 'broken', reasonCode: 'too-large' })
    expect(file?.reason).toContain('16500 × 16500 pixels are 272 megapixels')
  })

  test.skipIf(isRoot)('without permission, and the folder without permission is not called missing', async () => {
    const folder = temporaryFolder()
    await write(folder, 'open/a.png', await picture(1))
    await write(folder, 'closed/b.png', await picture(2))
    const project = new TestProject(folder)
    await project.scan()
    await chmod(path.join(folder, 'open/a.png'), 0)
    await utimes(path.join(folder, 'open/a.png'), 1, 1)
    await chmod(path.join(folder, 'closed'), 0)
    const result = await project.scan()
    await chmod(path.join(folder, 'closed'), 0o700)
    expect(result.changed).toMatchObject([{ file: { path: 'open/a.png', reasonCode: 'no-permission' } }])
    expect(result).toMatchObject({ unreachable: [project.find('closed/b.png')?.id], missing: [] })
  })

  test('a name that is no Unicode', async () => {
    const folder = temporaryFolder()
    const name = Buffer.concat([Buffer.from(`${folder}/bad-`), Buffer.from([0xff, 0xfe]), Buffer.from('.png')])
    await writeFile(name, await picture(1))
    await write(folder, 'good.png', await picture(2))
    const files = [...(await scanned(folder)).values()]
    expect(files.map(({ reasonCode }) => reasonCode).sort()).toEqual(['', 'bad-name'])
  })
})

describe('what is odd but whole is fine', () => {
  test('wrong extensions, CMYK, 16 bits, palettes, transparency, animation, large files', async () => {
    const folder = temporaryFolder()
    const image = () => quarters(64, 48)
    const frames = [await image().png().toBuffer(), await picture(1, { width: 64, height: 48 })]
    const animated = () => sharp(frames, { join: { animated: true } })
    const files: Record<string, Buffer> = {
      'png-called.jpg': await image().png().toBuffer(),
      'jpeg-called.webp': await image().jpeg().toBuffer(),
      'cmyk.jpg': await image().toColourspace('cmyk').jpeg().toBuffer(),
      '16-bit.png': await image().toColourspace('rgb16').png().toBuffer(),
      '16-bit.tif': await image().toColourspace('rgb16').tiff().toBuffer(),
      'palette.png': await image().png({ palette: true }).toBuffer(),
      'transparent.png': await image().ensureAlpha(0.3).png().toBuffer(),
      'animated.gif': await animated().gif().toBuffer(),
      'animated.webp': await animated().webp().toBuffer(),
      'grey.jpg': await image().greyscale().jpeg().toBuffer(),
      // Cameras add things behind the picture.
      'tail.jpg': Buffer.concat([await image().jpeg().toBuffer(), Buffer.alloc(5000, 7)]),
    }
    for (const [name, bytes] of Object.entries(files)) await write(folder, name, bytes)
    for (const file of (await scanned(folder)).values()) {
      expect([file.path, file.status, file.reason, file.width, file.height]).toEqual([file.path, 'ok', '', 64, 48])
      const { width, height, pages } = await sharp(thumbnailPath(`${folder}/.cache`, file.sha256!)).metadata()
      expect([width, height, pages ?? 1]).toEqual([64, 48, 1])
    }
  })

  test('a file too large to hold in memory', async () => {
    const folder = temporaryFolder()
    const bytes = Buffer.concat([await quarters(64, 48).jpeg().toBuffer(), Buffer.alloc(65 * 1024 * 1024)])
    await write(folder, 'large.jpg', bytes)
    expect((await scanned(folder)).get('large.jpg')).toMatchObject({
      status: 'ok',
      width: 64,
      size: bytes.length,
      sha256: hash('sha256', bytes),
    })
  })
})
