import { open } from 'node:fs/promises'
import type { Metadata } from 'sharp'
import { cachePath, isMade, writeCacheFile } from './cacheFolder.ts'
import { openPicture } from './deep.ts'
import { mediaTypes } from './formats.ts'
import { asBroken, type ImageFacts, inspectHeader } from './inspect.ts'
import { type ImageSource, readUnchanged } from './source.ts'

/** An image for the viewer: a file that browsers show upright, complete and without animation. */
export interface Rendering {
  /** The original, or a file in the cache */
  path: string
  mediaType: string
  /** Of the file at `path`, upright */
  width: number
  height: number
  /** True if the original was too large, so that its pixels aren't shown one to one. */
  reduced: boolean
}

/** The longest side of a rendering. Larger ones take hundreds of megabytes in a browser, and WebP's limit is 16,383. */
export const renderingSide = 8192

/** Originals up to this size are left to the browser. */
const shownAsIs = { side: 16_383, pixels: renderingSide ** 2 }

/** Visually as good as the original. Effort 0, because somebody is waiting, and with more, 20 megapixels take seconds. */
const settings = { quality: 90, effort: 0 }
/** WebP limits the size of the part before the pixels, so some images close to the largest size don't fit at quality 90. */
const fittingSettings = { quality: 75, effort: 0 }

const underWay = new Map<string, Promise<Rendering>>()

/**
 * What the viewer shows for a scanned image: the original if browsers show it correctly, otherwise (TIFF, CMYK, animation, an
 * orientation that browsers ignore, 12 bits in a 16-bit PNG, very large) a WebP in the cache.
 * @param path absolute
 * @throws BrokenImage; UserError `image-changed`; what the file system throws
 */
export async function renderImage(path: string, sha256: string, cacheFolder: string): Promise<Rendering> {
  const target = cachePath(cacheFolder, 'renderings', sha256, 'webp')
  let rendering = underWay.get(target)
  if (!rendering) {
    rendering = render(path, sha256, target).finally(() => underWay.delete(target))
    underWay.set(target, rendering)
  }
  return rendering
}

async function render(path: string, sha256: string, target: string): Promise<Rendering> {
  const source = await readUnchanged(path, sha256)
  const { facts, metadata } = await inspectHeader(source)
  if (await isShownByBrowsers(source, facts, metadata)) {
    return { path, mediaType: mediaTypes[facts.format], width: facts.width, height: facts.height, reduced: false }
  }
  const scale = Math.min(1, renderingSide / Math.max(facts.width, facts.height))
  const width = Math.max(1, Math.round(facts.width * scale))
  const height = Math.max(1, Math.round(facts.height * scale))
  if (!(await isMade(target))) {
    const { picture } = await openPicture(source).catch((error) => {
      throw asBroken(error)
    })
    await writeCacheFile(target, (temporary) => {
      const write = (how: typeof settings) =>
        picture.clone().resize(width, height, { fit: 'fill' }).webp(how).toFile(temporary)
      return write(settings)
        .catch((error) => (/unable to encode/.test(String(error)) ? write(fittingSettings) : Promise.reject(error)))
        .catch((error) => {
          throw asBroken(error)
        })
    })
  }
  return { path: target, mediaType: 'image/webp', width, height, reduced: scale < 1 }
}

async function isShownByBrowsers(source: ImageSource, facts: ImageFacts, metadata: Metadata): Promise<boolean> {
  if (facts.width * facts.height > shownAsIs.pixels || Math.max(facts.width, facts.height) > shownAsIs.side)
    return false
  switch (facts.format) {
    case 'jpeg':
      // Browsers apply the orientation, but show CMYK in wrong colours.
      return metadata.space !== 'cmyk'
    case 'png':
      return facts.orientation === 1 && !(await isAnimatedPng(source)) && (await isOfUsualRange(source, metadata))
    case 'webp':
    case 'gif':
    case 'avif':
      return facts.orientation === 1 && (metadata.pages ?? 1) === 1
    case 'tiff':
      return false
  }
}

/** Browsers assume that 16-bit values use the full range. */
async function isOfUsualRange(source: ImageSource, { depth }: Metadata): Promise<boolean> {
  if (depth === 'uchar') return true
  const { note } = await openPicture(source).catch((error) => {
    throw asBroken(error)
  })
  return note === ''
}

/** An animated PNG has an acTL chunk before its first IDAT; libvips doesn't report it. */
async function isAnimatedPng({ input }: ImageSource): Promise<boolean> {
  const head = typeof input === 'string' ? await headOf(input) : input.subarray(0, 65_536)
  const animation = head.indexOf('acTL')
  const pixels = head.indexOf('IDAT')
  return animation >= 0 && (pixels < 0 || animation < pixels)
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(65_536))
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
