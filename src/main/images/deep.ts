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

/** An image as everybody sees it, upright. */
export interface Picture {
  picture: Sharp
  /** How its values became 8 bits, as a sentence; '' where that goes without saying. */
  note: string
}

/** Larger ones are reduced before they are looked at as floats: 4 bytes for each value of each pixel. */
const mostPixels = 64 * 1024 * 1024

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
  // The decoder turns grey into colours for some kinds of numbers.
  const colours = header.hasAlpha ? channels - 1 : channels
  const found = rangeOf(values, channels, 0, colours, read.offset)
  const isFloat = header.depth === 'float' || header.depth === 'double'
  const range = declared ?? scaleOf(found, isFloat)
  // As usual: the decoder's own way, with colour profiles.
  if (header.depth === 'ushort' && range.from === 0 && range.to === 65_535) return plain()
  const alpha = header.hasAlpha
    ? scaleOf({ ...rangeOf(values, channels, colours, channels, 0), min: 0 }, isFloat)
    : range
  const bytes = new Uint8Array(values.length)
  for (let at = 0; at < values.length; at++) {
    const isColour = at % channels < colours
    const { from, to } = isColour ? range : alpha
    const value = isColour ? values[at] - read.offset : values[at]
    // NaN becomes black, as nothing is known there; a Uint8Array would cut off, and go round.
    bytes[at] = Math.min(255, Math.max(0, Math.round(((value - from) / (to - from)) * 255))) || 0
  }
  return {
    picture: sharp(bytes, { raw: { width, height, channels: channels as 1 | 2 | 3 | 4 }, limitInputPixels: false }),
    note: noteOf(header.depth, range, declared !== undefined),
  }
}

interface DeepReader {
  pipeline: (image: Sharp) => Sharp
  /** Was added to what is read, so that nothing is below 0: 16 bits are cut off there. */
  offset: number
}

/** How the decoder gives out the values as they are in the file; undefined where they are 8 bits, or no plain grey or RGB. */
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
  const scale = Math.sqrt(mostPixels / (width * height))
  if (scale >= 1) return image
  const side = Math.floor(Math.max(width, height) * scale)
  return image.resize(side, side, { fit: 'inside', kernel: 'linear' })
}

interface Range {
  min: number
  max: number
}

/** Of the finite values in some channels; 0 … 0 if there is none. */
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
 * What is black and what is white. Whole numbers from 0 are taken for as many bits as hold the largest (12 bits in a file of 16, say),
 * floats for 0 … 1 or 0 … 255 where they lie in there; anything else goes from its smallest to its largest value.
 */
export function scaleOf({ min, max }: Range, isFloat: boolean): { from: number; to: number } {
  const tops = isFloat ? [1, 255] : [8, 10, 12, 14, 16].map((bits) => 2 ** bits - 1)
  const top = min >= 0 ? tops.find((one) => max <= one) : undefined
  if (top !== undefined) return { from: 0, to: top }
  // All of one value: a middle grey.
  return max > min ? { from: min, to: max } : { from: min - 1, to: max + 1 }
}

function noteOf(depth: string, { from, to }: { from: number; to: number }, isDeclared: boolean): string {
  const number = (value: number): string => String(Number(value.toPrecision(6)))
  const why = isDeclared ? ', as the file says' : ''
  return `Its ${words[depth]} values are shown with ${number(from)} as black and ${number(to)} as white${why}.`
}
