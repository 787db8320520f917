import type { Metadata } from 'sharp'
import { UserError } from '../base/errors.ts'
import { openHeader, pixelLimit } from './decoder.ts'
import { type ImageFormat, sniffFormat } from './formats.ts'
import type { ImageSource } from './source.ts'

export interface ImageFacts {
  format: ImageFormat
  /** After applying the orientation */
  width: number
  height: number
  /** EXIF's 1 … 8. */
  orientation: number
}

export type BrokenCode =
  | 'empty'
  | 'not-an-image'
  | 'damaged'
  | 'too-large'
  | 'no-permission'
  | 'unreadable'
  | 'bad-name'

/** Why an image can't be used: a UserError whose sentence is shown beside the file's name. */
export class BrokenImage extends UserError {
  declare readonly code: BrokenCode

  constructor(code: BrokenCode, message: string, options?: ErrorOptions) {
    super(code, message, 'Repair or replace the file, then rescan images.', options)
  }
}

/** Reads the header. @throws BrokenImage */
export async function inspectImage(source: ImageSource): Promise<ImageFacts> {
  return (await inspectHeader(source)).facts
}

/** Ensures that only the six formats reach the decoder. @throws BrokenImage */
export function requireImage(source: ImageSource): ImageFormat {
  if (source.size === 0) throw new BrokenImage('empty', 'The file is empty.')
  const kind = sniffFormat(source.head)
  if ('format' in kind) return kind.format
  const words = kind.other ? `The file is a ${kind.other}, which Surmise doesn’t read.` : 'The file isn’t an image.'
  throw new BrokenImage('not-an-image', words.replace('a HEIC', 'an HEIC').replace('a SVG', 'an SVG'))
}

/** The facts, and the decoder's own metadata for callers who need more. @throws BrokenImage */
export async function inspectHeader(source: ImageSource): Promise<{ facts: ImageFacts; metadata: Metadata }> {
  const format = requireImage(source)
  let metadata: Metadata
  try {
    metadata = await openHeader(source.input).metadata()
  } catch (error) {
    throw asBroken(error)
  }
  const { width, height } = metadata.autoOrient
  if (width * height > pixelLimit) {
    const megapixels = Math.round((width * height) / 1e6)
    throw new BrokenImage(
      'too-large',
      `The image is too large: ${width} × ${height} pixels are ${megapixels} megapixels, and the limit is ${Math.floor(pixelLimit / 1e6)}.`,
    )
  }
  return { facts: { format, width, height, orientation: metadata.orientation ?? 1 }, metadata }
}

/** Turns what the decoder or the file system threw into a BrokenImage; a UserError is returned as it is. */
export function asBroken(error: unknown): UserError {
  if (error instanceof UserError) return error
  if (!(error instanceof Error)) throw error
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM') {
    return new BrokenImage('no-permission', 'You don’t have permission to read this file.', { cause: error })
  }
  if (code !== undefined) {
    return new BrokenImage('unreadable', `The file can’t be read (${code}).`, { cause: error })
  }
  // No finer reason is given: libvips has only messages, which images decoded in parallel may mix up.
  return new BrokenImage('damaged', 'The image can’t be decoded: the file is damaged or incomplete.', {
    cause: error,
  })
}
