import { cachePath, isMade, writeCacheFile } from './cacheFolder.ts'
import { openImage } from './decoder.ts'
import { openPicture, type Picture } from './deep.ts'
import { asBroken, inspectImage } from './inspect.ts'
import { type ImageSource, readUnchanged } from './source.ts'

/** Pixels along the longest side. Smaller images keep their size. */
export const thumbnailSide = 320

/**
 * WebP at quality 80, libvips' default, shows no artefacts at this size and takes about 15 kB for a photo. Effort 2 of 6 takes half
 * the time of the default 4, for files a few percent larger.
 */
export const thumbnailSettings = { quality: 80, effort: 2 }

/** The path of the thumbnail for content with this hash, which may not exist yet. */
export function thumbnailPath(cacheFolder: string, sha256: string): string {
  return cachePath(cacheFolder, 'thumbnails', sha256, 'webp')
}

/**
 * Makes the thumbnail (upright, sRGB, with transparency) of a file that was read, unless it exists.
 * @param opened the image, if already opened
 * @throws BrokenImage if the image can't be decoded to its end
 */
export async function makeThumbnail(source: ImageSource, cacheFolder: string, opened?: Picture): Promise<string> {
  const target = thumbnailPath(cacheFolder, source.sha256)
  if (!(await isMade(target))) {
    const { picture } = opened ?? (await openPicture(source).catch(refuse))
    await writeCacheFile(target, (temporary) =>
      picture
        .resize(thumbnailSide, thumbnailSide, { fit: 'inside', withoutEnlargement: true })
        .webp(thumbnailSettings)
        .toFile(temporary)
        .catch(refuse),
    )
  }
  return target
}

function refuse(error: unknown): never {
  throw asBroken(error)
}

/** Pixels along the longest side of an image embedded in a page. */
const pictureSide = 200

/** An even smaller image, of a few kB, for embedding in pages. @throws as `ensureThumbnail` */
export async function makePicture(path: string, sha256: string, cacheFolder: string): Promise<{ bytes: Uint8Array }> {
  const bytes = await openImage(await ensureThumbnail(path, sha256, cacheFolder))
    .resize(pictureSide, pictureSide, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 70, effort: 4 })
    .toBuffer()
  return { bytes: new Uint8Array(bytes) }
}

/** Two screens may request the same thumbnail at the same time. */
const underWay = new Map<string, Promise<string>>()

/**
 * The thumbnail of a scanned image; recreated if it isn't in the cache, which may have been deleted.
 * @param path absolute
 * @throws BrokenImage; UserError `image-changed`; what the file system throws
 */
export async function ensureThumbnail(path: string, sha256: string, cacheFolder: string): Promise<string> {
  const target = thumbnailPath(cacheFolder, sha256)
  if (await isMade(target)) return target
  let making = underWay.get(target)
  if (!making) {
    making = (async () => {
      const source = await readUnchanged(path, sha256)
      await inspectImage(source)
      return makeThumbnail(source, cacheFolder)
    })().finally(() => underWay.delete(target))
    underWay.set(target, making)
  }
  return making
}
