import { openPicture } from './deep.ts'
import { asBroken, inspectImage, requireImage } from './inspect.ts'
import { placeOfImage } from './place.ts'
import { type ImageSource, readUnchanged } from './source.ts'

/** Transparent pixels are shown on white, like on nearly every page that such images are made for. */
const background = '#ffffff'

export interface Pixels {
  width: number
  height: number
  /** height × width × 3 bytes, RGB, row-major. */
  data: Uint8Array
}

/**
 * The pixels of an image for a backbone: upright, in sRGB (embedded colour profiles are applied, and deeper images are converted to
 * 8 bits by `openPicture`, as on the screen), reduced to at most the given size. Nothing is cropped, as labels refer to the whole
 * image; by default each side is scaled separately. Smaller images aren't enlarged here, since libvips is slow at that; the
 * backbone's preprocessing enlarges and normalises in one go.
 *
 * The filter is linear with antialiasing, which most backbones were trained with. Much larger JPEGs are decoded at 1/2, 1/4 or 1/8
 * of their size, but never below the given size: many times faster, with a root mean square error of about 2 of 255
 * (test/images/decode.test.ts).
 * @param fit `outside` keeps the aspect ratio, so that one side has the given size and the other is at least as large
 * @throws BrokenImage
 */
export async function decodePixels(
  source: ImageSource,
  maximum: { width: number; height: number },
  fit: 'fill' | 'outside' = 'fill',
): Promise<Pixels> {
  requireImage(source)
  try {
    const { picture } = await openPicture(source)
    const { data, info } = await picture
      .resize(maximum.width, maximum.height, { fit, kernel: 'linear', withoutEnlargement: true })
      .flatten({ background })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    return { width: info.width, height: info.height, data }
  } catch (error) {
    // The header may give a more precise reason.
    await inspectImage(source)
    throw asBroken(error)
  }
}

/**
 * Reads a scanned file, whose content must still have this hash.
 * @param path absolute, or relative to `root` with forward slashes
 * @param root a project’s image folder, absolute: the file must lie within it once links are resolved
 * @throws BrokenImage, also if the file can't be read; UserError `image-changed`, `path-outside`
 */
export async function readScanned(path: string, sha256: string, root?: string): Promise<ImageSource> {
  try {
    return await readUnchanged(root === undefined ? path : await placeOfImage(root, path), sha256)
  } catch (error) {
    throw asBroken(error)
  }
}
