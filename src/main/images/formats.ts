/** The formats that Surmise reads. A file's first bytes decide which it is; its name only makes it a candidate. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'tiff' | 'gif'

export const mediaTypes: Record<ImageFormat, string> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  avif: 'image/avif',
  tiff: 'image/tiff',
  gif: 'image/gif',
}

const extensions = new Set(['jpg', 'jpeg', 'jpe', 'jfif', 'png', 'webp', 'avif', 'tif', 'tiff', 'gif'])

/** Image and video files that aren't read. They are counted, so that people notice that they are missing. */
const otherKinds = new Set([
  ...[
    'heic',
    'heif',
    'bmp',
    'dcm',
    'dicom',
    'jp2',
    'j2k',
    'jxl',
    'svg',
    'psd',
    'exr',
    'hdr',
    'tga',
    'ico',
    'eps',
    'pdf',
  ],
  ...[
    'ppm',
    'pgm',
    'pbm',
    'cr2',
    'cr3',
    'nef',
    'arw',
    'dng',
    'raf',
    'orf',
    'rw2',
    'nii',
    'mp4',
    'mov',
    'avi',
    'mkv',
    'webm',
  ],
])

/** The extension of an image or video that isn't read, such as ".heic"; undefined for anything else. */
export function otherKindOf(fileName: string): string | undefined {
  const ending = fileName.slice(fileName.lastIndexOf('.') + 1).toLowerCase()
  return fileName.includes('.') && otherKinds.has(ending) ? `.${ending}` : undefined
}

export function hasImageExtension(fileName: string): boolean {
  return extensions.has(fileName.slice(fileName.lastIndexOf('.') + 1).toLowerCase())
}

/** How many bytes of a file `sniffFormat` needs. */
export const headLength = 64

/**
 * Recognises a format by a file's first bytes.
 *
 * Only the six formats ever reach the decoder: an SVG, a PDF or a script named `.jpg` is refused here, before any library
 * interprets it.
 * @returns the format, or as `other` the name of another format, if known
 */
export function sniffFormat(head: Uint8Array): { format: ImageFormat } | { other: string | undefined } {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, headLength)).toString('latin1')
  if (text.startsWith('\xff\xd8\xff')) return { format: 'jpeg' }
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return { format: 'png' }
  if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) return { format: 'webp' }
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return { format: 'gif' }
  if (tiffMarks.some((mark) => text.startsWith(mark))) return { format: 'tiff' }
  if (text.startsWith('ftyp', 4)) {
    // Major brand, version, then compatible brands, four letters each, up to the box's length.
    const brands = [
      text.slice(8, 12),
      ...(text.slice(16, Buffer.from(text, 'latin1').readUInt32BE(0)).match(/.{4}/gs) ?? []),
    ]
    if (brands.includes('avif') || brands.includes('avis')) return { format: 'avif' }
    return { other: brands.some((brand) => /^(hei|hev|mif1|msf1)/.test(brand)) ? 'HEIC image' : 'video' }
  }
  const marked = others.find(([marks]) => marks.some((mark) => text.startsWith(mark)))
  if (marked) return { other: marked[1] }
  const markup = text.replace('\xef\xbb\xbf', '').trimStart().toLowerCase()
  if (markup.startsWith('<!doctype html') || markup.startsWith('<html')) return { other: 'web page' }
  return { other: markup.startsWith('<?xml') || markup.startsWith('<svg') ? 'SVG or XML file' : undefined }
}

/** Little-endian TIFF and BigTIFF, then big-endian */
const tiffMarks = ['II*\0', 'II+\0', 'MM\0*', 'MM\0+']

/** What is most often found under the name of an image. */
const others: [marks: string[], name: string][] = [
  [['BM'], 'BMP image'],
  [['8BPS'], 'Photoshop file'],
  [['\xff\x0a', '\0\0\0\x0cJXL '], 'JPEG XL image'],
  [['\0\0\0\x0cjP  '], 'JPEG 2000 image'],
  [['%PDF'], 'PDF document'],
  [['PK\x03\x04'], 'ZIP archive'],
  [['version https://git-lfs'], 'Git LFS pointer: the image itself was not downloaded'],
]
