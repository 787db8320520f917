import sharp, { type Sharp } from 'sharp'

// The settings of libvips are global, so all of them are here.
// Nothing is decoded twice in a row, so the cache would only hold on to memory and files.
sharp.cache(false)
// Many images are decoded in parallel, on one thread each, so that threads don't wait for one another within an image.
sharp.concurrency(1)
// Fewer readers mean fewer vulnerabilities: only the six formats (and the program's own SVG drawings) are ever interpreted.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Heif', 'Tiff', 'Nsgif', 'Svg'].map((loader) => `VipsForeignLoad${loader}`),
})

/** (2¹⁴ - 1)², or 268 megapixels: beyond that, a single image can take gigabytes to decode. */
export const pixelLimit = 0x3fff * 0x3fff

/**
 * Opens the first frame or page of an image, upright (EXIF orientation applied).
 *
 * `failOn: 'error'`: truncated or corrupt files fail, since nobody should judge half an image. What libraries only warn about (odd
 * EXIF, unknown TIFF tags, one bad Huffman code) is decoded and shown.
 */
export function openImage(input: Uint8Array | string): Sharp {
  return sharp(input, { failOn: 'error', limitInputPixels: pixelLimit, autoOrient: true })
}

/** Opens only the header, however large the image is. */
export function openHeader(input: Uint8Array | string): Sharp {
  return sharp(input, { failOn: 'error', limitInputPixels: false })
}
