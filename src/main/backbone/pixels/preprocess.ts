import type { Pixels } from '../../images/decode.ts'
import type { BackboneInput } from '../backbone.ts'

/** Values of a model's input. */
export type InputValues = Float32Array | Float16Array | Uint8Array

/** The two neighbours that a pixel of the enlarged side lies between, and its distance from the first. */
interface Taps {
  lower: Int32Array
  upper: Int32Array
  share: Float32Array
}

/**
 * Turns decoded pixels into a model's input. Enlarges images that are smaller (linear, as images/decode.ts reduces) to
 * the full input without keeping the aspect ratio, and normalises, in one pass over the output.
 */
export class Preprocessor {
  readonly #input: BackboneInput
  readonly #scale: number[]
  readonly #offset: number[]
  readonly #taps = new Map<number, Taps>()
  /** The image resized in width only: three planes. */
  #wide = new Float32Array()

  constructor(input: BackboneInput) {
    this.#input = input
    const raw = input.type === 'uint8'
    // ((x / 255) - mean) / std, as one multiplication and one addition. Whole numbers are cut off when they are stored, so that
    // one half more rounds them.
    this.#scale = raw ? [1, 1, 1] : input.std.map((std) => 1 / (255 * std))
    this.#offset = raw ? [0.5, 0.5, 0.5] : input.mean.map((mean, channel) => -mean / input.std[channel])
  }

  /** Elements per image. */
  get length(): number {
    return this.#input.width * this.#input.height * 3
  }

  /** Allocates an array of the model's type for this many images. */
  allocate(images: number): InputValues {
    const { type } = this.#input
    const length = images * this.length
    if (type === 'uint8') return new Uint8Array(length)
    return type === 'float16' ? new Float16Array(length) : new Float32Array(length)
  }

  /** Writes one image into an array from `allocate`. @param pixels no side larger than the input's */
  write(pixels: Pixels, target: InputValues, image: number): void {
    const first = image * this.length
    if (pixels.width === this.#input.width && pixels.height === this.#input.height) {
      this.#normalise(pixels.data, target, first)
    } else {
      this.#widen(pixels)
      for (let channel = 0; channel < 3; channel++) this.#heighten(pixels.height, channel, target, first)
    }
  }

  /** Steps from one pixel, and from one channel, to the next. */
  get #steps(): [pixel: number, channel: number] {
    const { layout, width, height } = this.#input
    return layout === 'nchw' ? [1, width * height] : [3, 1]
  }

  #normalise(data: Uint8Array, target: InputValues, first: number): void {
    const [pixel, channel] = this.#steps
    const [redScale, greenScale, blueScale] = this.#scale
    const [redOffset, greenOffset, blueOffset] = this.#offset
    for (let from = 0, to = first; from < data.length; from += 3, to += pixel) {
      target[to] = data[from] * redScale + redOffset
      target[to + channel] = data[from + 1] * greenScale + greenOffset
      target[to + 2 * channel] = data[from + 2] * blueScale + blueOffset
    }
  }

  #widen({ width, height, data }: Pixels): void {
    const wide = this.#input.width
    const { lower, upper, share } = this.#tapsOf(width, wide)
    const plane = height * wide
    if (this.#wide.length < 3 * plane) this.#wide = new Float32Array(3 * plane)
    const out = this.#wide
    for (let y = 0, to = 0; y < height; y++) {
      const row = y * width * 3
      for (let x = 0; x < wide; x++, to++) {
        const a = row + lower[x] * 3
        const b = row + upper[x] * 3
        const part = share[x]
        const red = data[a]
        const green = data[a + 1]
        const blue = data[a + 2]
        out[to] = red + (data[b] - red) * part
        out[to + plane] = green + (data[b + 1] - green) * part
        out[to + 2 * plane] = blue + (data[b + 2] - blue) * part
      }
    }
  }

  #heighten(fromHeight: number, channel: number, target: InputValues, first: number): void {
    const { width, height } = this.#input
    const { lower, upper, share } = this.#tapsOf(fromHeight, height)
    const [step, channelStep] = this.#steps
    const wide = this.#wide
    const plane = channel * fromHeight * width
    const scale = this.#scale[channel]
    const offset = this.#offset[channel]
    for (let y = 0, to = first + channel * channelStep; y < height; y++) {
      const a = plane + lower[y] * width
      const b = plane + upper[y] * width
      const bottom = share[y] * scale
      const top = scale - bottom
      for (let x = 0; x < width; x++, to += step) target[to] = wide[a + x] * top + wide[b + x] * bottom + offset
    }
  }

  #tapsOf(from: number, to: number): Taps {
    const key = from * 65_536 + to
    let taps = this.#taps.get(key)
    if (!taps) {
      // Photo folders usually have few sizes, but one with many must not fill the memory.
      if (this.#taps.size > 256) this.#taps.clear()
      taps = linearTaps(from, to)
      this.#taps.set(key, taps)
    }
    return taps
  }
}

/** Pixel centres lie at one half; beyond the edge the edge goes on. */
function linearTaps(from: number, to: number): Taps {
  const taps: Taps = { lower: new Int32Array(to), upper: new Int32Array(to), share: new Float32Array(to) }
  for (let i = 0; i < to; i++) {
    const centre = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5))
    taps.lower[i] = Math.floor(centre)
    taps.upper[i] = Math.min(from - 1, taps.lower[i] + 1)
    taps.share[i] = centre - taps.lower[i]
  }
  return taps
}
