import sharp, { type Metadata, type Sharp } from 'sharp'
import { openHeader, openImage } from './decoder.ts'
import { sniffFormat } from './formats.ts'
import type { ImageSource } from './source.ts'
import { declaredRange } from './tiffRange.ts'

/*
 * Screens and backbones take 8 bits. A TIFF or a PNG may hold more: 16 bits, signed numbers, floats of any range. libvips takes 16
 * bits for the whole range of 16 bits, a grey float for 0 … 255, and floats in colour for linear light, which leaves most of what
 * microscopes, scanners and sensors write black, or too bright. Here they are brought to 8 bits by what the file says of its range,
 * or else by what is in it; the thumbnail, the large view and the backbones all go through `openPicture`, and so agree.
 */

/** An image as it is shown, upright. */
export interface Picture {
  picture: Sharp
  /** A sentence about how its values were converted to 8 bits; '' if the conversion is the usual one. */
  note: string
}

/** Larger images are reduced before they are read as floats, which take 4 bytes per channel. */
const maxPixels = 64 * 1024 * 1024

const words: Record<string, string> = {
  float: '32-bit floating-point',
  double: '64-bit floating-point',
  ushort: '16-bit',
  short: 'signed 16-bit',
  char: 'signed 8-bit',
  uint: '32-bit',
  int: 'signed 32-bit',
}

/** @throws what the decoder throws */
export async function openPicture(source: ImageSource): Promise<Picture> {
  const kind = sniffFormat(source.head)
  const format = 'format' in kind ? kind.format : undefined
  const plain = (): Picture => ({ picture: openImage(source.input), note: '' })
  if (format !== 'tiff' && format !== 'png') return plain()
  const header = await openHeader(source.input).metadata()
  const read = readerOf(header)
  if (!read || words[header.depth] === undefined) return plain()
  const declared = format === 'tiff' ? await declaredRange(source) : undefined
  const { data, info } = await reduced(read.pipeline(openImage(source.input)), header)
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true })
  const values = new Float32Array(data.buffer, data.byteOffset, data.length / 4)
  const { width, height, channels } = info
  // For some number types, the decoder turns grey into RGB.
  const colours = header.hasAlpha ? channels - 1 : channels
  const found = rangeOf(values, channels, 0, colours, read.offset)
  const isFloat = header.depth === 'float' || header.depth === 'double'
  const range = declared ?? scaleOf(found, isFloat)
  // The full range: the decoder converts it itself, and applies colour profiles.
  if (header.depth === 'ushort' && range.from === 0 && range.to === 65_535) return plain()
  const alpha = header.hasAlpha
    ? scaleOf({ ...rangeOf(values, channels, colours, channels, 0), min: 0 }, isFloat)
    : range
  const bytes = new Uint8Array(values.length)
  for (let at = 0; at < values.length; at++) {
    const isColour = at % channels < colours
    const { from, to } = isColour ? range : alpha
    const value = isColour ? values[at] - read.offset : values[at]
    // NaN becomes black. Clamped, because a Uint8Array would truncate and wrap around.
    bytes[at] = Math.min(255, Math.max(0, Math.round(((value - from) / (to - from)) * 255))) || 0
  }
  return {
    picture: sharp(bytes, { raw: { width, height, channels: channels as 1 | 2 | 3 | 4 }, limitInputPixels: false }),
    note: noteOf(header.depth, range, declared !== undefined),
  }
}

interface DeepReader {
  pipeline: (image: Sharp) => Sharp
  /** Was added to all values, because the decoder cuts 16-bit values off below 0. */
  offset: number
}

/** How to get a file's original values from the decoder; undefined for 8 bits, and for anything but grey and RGB. */
function readerOf({ space, depth, channels }: Metadata): DeepReader | undefined {
  if (depth === 'uchar' || channels > 4) return undefined
  const signed = 32_768
  switch (space as string) {
    case 'grey16':
      return depth === 'short'
        ? { pipeline: (image) => image.linear(1, signed).toColourspace('grey16'), offset: signed }
        : { pipeline: (image) => image.toColourspace('grey16'), offset: 0 }
    case 'rgb16':
      return { pipeline: (image) => image.toColourspace('rgb16'), offset: 0 }
    case 'scrgb':
      return { pipeline: (image) => image.pipelineColourspace('scrgb').toColourspace('scrgb'), offset: 0 }
    case 'b-w':
    case 'srgb':
      return { pipeline: (image) => image, offset: 0 }
    default:
      return undefined
  }
}

function reduced(image: Sharp, { width, height }: Metadata): Sharp {
  const scale = Math.sqrt(maxPixels / (width * height))
  if (scale >= 1) return image
  const side = Math.floor(Math.max(width, height) * scale)
  return image.resize(side, side, { fit: 'inside', kernel: 'linear' })
}

interface Range {
  min: number
  max: number
}

/** The range of the finite values in some channels; 0 … 0 if there are none. */
function rangeOf(values: Float32Array, channels: number, first: number, end: number, offset: number): Range {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let pixel = 0; pixel < values.length; pixel += channels) {
    for (let channel = first; channel < end; channel++) {
      const value = values[pixel + channel]
      if (!Number.isFinite(value)) continue
      if (value < min) min = value
      if (value > max) max = value
    }
  }
  return max < min ? { min: 0, max: 0 } : { min: min - offset, max: max - offset }
}

/**
 * The values that become black and white. Non-negative integers are assumed to have as many bits as the largest needs (such as 12
 * in a 16-bit file), floats to range over 0 … 1 or 0 … 255 if they lie within. Anything else is stretched from its smallest to its
 * largest value.
 */
export function scaleOf({ min, max }: Range, isFloat: boolean): { from: number; to: number } {
  const tops = isFloat ? [1, 255] : [8, 10, 12, 14, 16].map((bits) => 2 ** bits - 1)
  const top = min >= 0 ? tops.find((one) => max <= one) : undefined
  if (top !== undefined) return { from: 0, to: top }
  // A single value becomes medium grey.
  return max > min ? { from: min, to: max } : { from: min - 1, to: max + 1 }
}

function noteOf(depth: string, { from, to }: { from: number; to: number }, isDeclared: boolean): string {
  const number = (value: number): string => String(Number(value.toPrecision(6)))
  const why = isDeclared ? ', as the file says' : ''
  return `Its ${words[depth]} values are shown with ${number(from)} as black and ${number(to)} as white${why}.`
}
