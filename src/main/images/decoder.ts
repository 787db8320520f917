import sharp, { type Sharp } from 'sharp'

// The settings of libvips for the whole process, in one place.
// Its cache helps those who do the same thing twice. Nobody here does, and it holds memory and files.
sharp.cache(false)
// Many images are decoded side by side, each on one thread: no waiting for each other within an image.
sharp.concurrency(1)
// Fewer readers, fewer holes: only the six formats (and the program's own SVG drawings) are ever interpreted.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Heif', 'Tiff', 'Nsgif', 'Svg'].map((loader) => `VipsForeignLoad${loader}`),
})

/** 268 megapixels, the square of 2¹⁴ - 1: above it one image can take gigabytes to decode. */
export const pixelLimit = 0x3fff * 0x3fff

/**
 * An image upright (EXIF orientation applied), its first frame or page.
 *
 * `failOn: 'error'`: a file that ends too early, or with data that makes no sense, fails: an annotator must not judge half
 * a picture. What libraries only warn about (odd EXIF, unknown TIFF tags, one bad Huffman code) is decoded and shown.
 */
export function openImage(input: Uint8Array | string): Sharp {
  return sharp(input, { failOn: 'error', limitInputPixels: pixelLimit, autoOrient: true })
}

/** The header alone, whatever the size of the image. */
export function openHeader(input: Uint8Array | string): Sharp {
  return sharp(input, { failOn: 'error', limitInputPixels: false })
}
