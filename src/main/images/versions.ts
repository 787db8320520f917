import sharp from 'sharp'

/** Of what decodes the images. */
export function imageLibraries(): { sharp: string; libvips: string } {
  const { sharp: own, vips } = sharp.versions
  return { sharp: own ?? 'unknown', libvips: vips }
}
