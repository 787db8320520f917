import { openPicture } from './deep.ts'
import { asBroken, inspectImage, requireImage } from './inspect.ts'
import { placeOfImage } from './place.ts'
import { type ImageSource, readUnchanged } from './source.ts'

/** Transparent pixels are shown on white, as nearly every page that such an image was made for does. */
const background = '#ffffff'

export interface Pixels {
  width: number
  height: number
  /** height × width × 3 bytes, RGB, row-major. */
  data: Uint8Array
}

/**
 * The pixels of an image for a backbone: upright, sRGB (an embedded colour profile is applied; what has more than 8 bits is brought
 * to 8 by `openPicture`, as on the screen), reduced to at most the size
 * asked for, each side by itself: the whole picture counts for its labels, so nothing is cropped. A smaller image is left as
 * it is, for libvips reduces fast but enlarges slowly; backbone/preprocess.ts enlarges and normalises in one go.
 *
 * Linear, over as many pixels as become one, is what most backbones were trained with. A JPEG that is much larger is decoded at
 * a half, a quarter or an eighth of its size, never below the size asked for: many times faster, and off by about 2 of 255
 * (root of the mean square; test/images/decode.test.ts).
 * @param fit `outside`: keeps the ratio of the sides, and reduces until one of them is as asked for: the other is no smaller
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
    // The header may tell a better reason.
    await inspectImage(source)
    throw asBroken(error)
  }
}

/**
 * A scanned file, whose content must still have this hash.
 * @param path absolute; with a root, below it with forward slashes
 * @param root the folder of a project’s images, absolute: the file must lie below it, links resolved
 * @throws BrokenImage, also if the file can't be read; UserError `image-changed`, `path-outside`
 */
export async function readScanned(path: string, sha256: string, root?: string): Promise<ImageSource> {
  try {
    return await readUnchanged(root === undefined ? path : await placeOfImage(root, path), sha256)
  } catch (error) {
    throw asBroken(error)
  }
}
