import sharp from 'sharp'

/** The versions of the libraries that decode images. */
export function imageLibraries(): { sharp: string; libvips: string } {
  const { sharp: own, vips } = sharp.versions
  return { sharp: own ?? 'unknown', libvips: vips }
}
