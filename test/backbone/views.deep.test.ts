import { hash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { type ViewsChoice, viewChoices } from '../../src/contract/views.ts'
import { openExtractor } from '../../src/main/backbone/embed/extractor.ts'
import { viewsOf, withViews } from '../../src/main/backbone/list/registry.ts'
import { decodeLooks, type Look } from '../../src/main/backbone/pixels/looks.ts'
import { averageLooks, type Frame, type Views } from '../../src/main/backbone/pixels/views.ts'
import { resolveBackbone } from '../../src/main/backbone/resolve/resolve.ts'
import { temporaryFolder } from './models.ts'

const grid = { height: 4, width: 7 }
const whole: Frame = { left: 0, top: 0, width: 1, height: 1 }

/** What a look would give of a scene whose two features are x and y, with a pooled vector of the frame's middle. */
function recordOf({ left, top, width, height }: Frame, mirrored: boolean): Float16Array {
  const values: number[] = []
  for (let i = 0; i < grid.height; i++) {
    for (let j = 0; j < grid.width; j++) {
      const column = mirrored ? grid.width - 1 - j : j
      values.push(left + (width * (column + 0.5)) / grid.width, top + (height * (i + 0.5)) / grid.height)
    }
  }
  return Float16Array.of(...values, left + width / 2, top + height / 2)
}

const look = (frame: Frame, mirrored = false) => ({ frame, mirrored, record: recordOf(frame, mirrored) })
const plain = recordOf(whole, false)

describe('the mean of looks', () => {
  test('of one is what that one gave', () => {
    expect(averageLooks([look(whole)], grid)).toEqual(plain)
  })

  test('puts what a mirror image shows back in its place', () => {
    const mean = averageLooks([look(whole), look(whole, true)], grid)
    expect(mean).toEqual(plain)
  })

  test('of parts puts each place of a part where it is in the image', () => {
    const frames = fc
      .tuple(fc.double({ min: 0.5, max: 0.95, noNaN: true }), fc.boolean(), fc.boolean())
      .map(([share, isWide, mirrored]) => ({
        mirrored,
        frames: [0, 1 - share].map((start) =>
          isWide ? { ...whole, left: start, width: share } : { ...whole, top: start, height: share },
        ),
      }))
    fc.assert(
      fc.property(frames, ({ frames, mirrored }) => {
        const mean = averageLooks([look(whole), ...frames.map((frame) => look(frame, mirrored))], grid)
        mean.forEach((value, at) => {
          // Within half a cell of a part's edge there is nothing beyond to go between.
          expect(Math.abs(value - plain[at])).toBeLessThan(0.5 / (at % 2 === 0 ? grid.width : grid.height))
        })
        const middle = 2 * (2 * grid.width + 3)
        if (frames[0].width === 1) expect(mean[middle]).toBeCloseTo(0.5, 2)
        // Both ends together, and the whole, have the middle of the image for theirs.
        expect(mean.at(-1)).toBeCloseTo(0.5, 2)
        expect(mean.at(-2)).toBeCloseTo(0.5, 2)
      }),
    )
  })

  test('asks a part only where it shows', () => {
    const left = { ...whole, width: 0.5 }
    const mean = averageLooks([look(whole), { ...look(left), record: recordOf(left, false).map(() => 1) }], grid)
    expect(mean[0]).toBeCloseTo((plain[0] + 1) / 2, 2)
    expect(mean[2 * 6]).toBe(plain[2 * 6])
  })
})

describe('what a backbone is shown', () => {
  const input = { width: 64, height: 64 }

  /** From left to right, or from top to bottom: red, green, blue. */
  async function striped(width: number, height: number, orientation = 1): Promise<{ path: string; sha256: string }> {
    const data = Buffer.alloc(width * height * 3)
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const stripe = Math.floor((3 * (width >= height ? x : y)) / Math.max(width, height))
        data[(y * width + x) * 3 + stripe] = 255
      }
    }
    const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
      .withMetadata({ orientation })
      .png()
      .toBuffer()
    const file = path.join(temporaryFolder(), 'striped.png')
    await writeFile(file, bytes)
    return { path: file, sha256: hash('sha256', bytes) }
  }

  async function looks(width: number, height: number, orientation = 1, views: Views = 'crops'): Promise<Look[]> {
    const { path, sha256 } = await striped(width, height, orientation)
    return decodeLooks(path, sha256, input, views)
  }

  const colourAt = ({ pixels }: Look, x: number, y: number): string => {
    const at = (Math.floor(y * (pixels.height - 1)) * pixels.width + Math.floor(x * (pixels.width - 1))) * 3
    const [red, green, blue] = pixels.data.subarray(at, at + 3)
    return red > 200 ? 'red' : green > 200 ? 'green' : blue > 200 ? 'blue' : 'other'
  }

  test('of a wide image: all of it, then its ends, undistorted', async () => {
    const [all, left, right] = await looks(300, 150)
    expect(all.pixels).toMatchObject({ width: 64, height: 64 })
    for (const end of [left, right]) expect(end.pixels).toMatchObject({ width: 64, height: 64 })
    expect(left.frame).toEqual({ left: 0, top: 0, width: 0.5, height: 1 })
    expect(right.frame).toEqual({ left: 0.5, top: 0, width: 0.5, height: 1 })
    expect([0, 1].map((x) => colourAt(all, x, 0.5))).toEqual(['red', 'blue'])
    expect([0, 1].map((x) => colourAt(left, x, 0.5))).toEqual(['red', 'green'])
    expect([0, 1].map((x) => colourAt(right, x, 0.5))).toEqual(['green', 'blue'])
  })

  test('of a tall image: its upper and its lower end, also where only the camera’s note makes it tall', async () => {
    for (const seen of [await looks(150, 300), await looks(300, 150, 6)]) {
      const [, upper, lower] = seen
      expect(upper.frame).toEqual({ left: 0, top: 0, width: 1, height: 0.5 })
      expect(lower.frame).toEqual({ left: 0, top: 0.5, width: 1, height: 0.5 })
      expect([0, 1].map((y) => colourAt(upper, 0.5, y))).toEqual(['red', 'green'])
      expect([0, 1].map((y) => colourAt(lower, 0.5, y))).toEqual(['green', 'blue'])
    }
  })

  test('a small image is not enlarged, and one of the input’s shape is shown once', async () => {
    const [all, left] = await looks(40, 30)
    expect(all.pixels).toMatchObject({ width: 40, height: 30 })
    expect(left.pixels).toMatchObject({ width: 30, height: 30 })
    expect(await looks(100, 100)).toHaveLength(1)
    expect(await looks(104, 100)).toHaveLength(1)
    expect(await looks(1, 1)).toHaveLength(1)
  })

  test('a strip of one pixel has ends of one pixel', async () => {
    const seen = await looks(200, 1)
    expect(seen).toHaveLength(3)
    for (const { pixels } of seen) expect(pixels.data).toHaveLength(pixels.width * pixels.height * 3)
  })

  test('in tiles: all of it, then four that overlap, each as large as the whole, in the order of reading', async () => {
    const [all, ...tiles] = await looks(300, 150, 1, 'tiles')
    expect(all.pixels).toMatchObject({ width: 64, height: 64 })
    expect(tiles).toHaveLength(4)
    for (const { frame, pixels } of tiles) {
      expect(pixels).toMatchObject({ width: 64, height: 64 })
      expect(frame.width).toBeCloseTo(0.6, 2)
      expect(frame.height).toBeCloseTo(0.6, 2)
    }
    const places = tiles.map(({ frame: { left, top } }) => [left > 0 ? 'right' : 'left', top > 0 ? 'lower' : 'upper'])
    expect(places.map((place) => place.join())).toEqual(['left,upper', 'right,upper', 'left,lower', 'right,lower'])
    // Together they reach every edge.
    const [first, , , last] = tiles.map(({ frame }) => frame)
    expect([first.left, first.top, last.left + last.width, last.top + last.height]).toEqual([0, 0, 1, 1])
    expect([0, 1].map((x) => colourAt(tiles[0], x, 0.5))).toEqual(['red', 'green'])
    expect([0, 1].map((x) => colourAt(tiles[1], x, 0.5))).toEqual(['green', 'blue'])
    const [, upper, , lower] = await looks(150, 300, 1, 'tiles')
    expect([0, 1].map((y) => colourAt(upper, 0.5, y))).toEqual(['red', 'green'])
    expect([0, 1].map((y) => colourAt(lower, 0.5, y))).toEqual(['green', 'blue'])
  })

  test('tiles of a small image are not enlarged; of any size they lie within it', async () => {
    const [all, tile] = await looks(40, 30, 1, 'tiles')
    expect(all.pixels).toMatchObject({ width: 40, height: 30 })
    expect(tile.pixels).toMatchObject({ width: 24, height: 18 })
    const sizes = fc.tuple(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 120 }))
    await fc.assert(
      fc.asyncProperty(sizes, async ([width, height]) => {
        for (const { frame, pixels } of await looks(width, height, 1, 'tiles')) {
          expect(pixels.data).toHaveLength(pixels.width * pixels.height * 3)
          expect(Math.min(pixels.width, pixels.height)).toBeGreaterThan(0)
          expect(Math.min(frame.left, frame.top)).toBeGreaterThanOrEqual(0)
          expect(Math.max(frame.left + frame.width, frame.top + frame.height)).toBeLessThanOrEqual(1 + 1e-12)
          // Every pixel of the tile was there to be cut.
          for (let y = 0; y < pixels.height; y++) {
            const row = pixels.data.subarray(y * pixels.width * 3, (y + 1) * pixels.width * 3)
            expect(row.every((value, i) => i % 3 !== 0 || value + row[i + 1] + row[i + 2] > 200)).toBe(true)
          }
        }
      }),
      { numRuns: 40 },
    )
  })

  test('both ways together look at each twice; any order of looks has one name', async () => {
    const { path, sha256 } = await striped(128, 64)
    const recordsOf = async (views: ViewsChoice) => {
      const backbone = await resolveBackbone(withViews('surmise-tiny@64', views))
      const extractor = await openExtractor(backbone, { device: 'cpu', threads: 1, batch: 2 })
      const [record] = await extractor.extract([await decodeLooks(path, sha256, backbone.input, backbone.views)])
      await extractor.close()
      return { record: record!, name: backbone.name, identity: backbone.identity }
    }
    const all = await Promise.all(viewChoices.map(recordsOf))
    expect(all.map(({ name }) => name)).toEqual([
      'surmise-tiny',
      'surmise-tiny+flip',
      'surmise-tiny+crops',
      'surmise-tiny+flip+crops',
      'surmise-tiny+tiles',
      'surmise-tiny+flip+tiles',
    ])
    expect(new Set(all.map(({ identity }) => identity)).size).toBe(6)
    expect(new Set(all.map(({ record }) => record.join())).size).toBe(6)
    for (const { record } of all) expect(record).toHaveLength(all[0].record.length)
    expect(withViews('model.onnx@384+flip+crops', 'crops')).toBe('model.onnx@384+crops')
    expect(withViews('model.onnx@384+crops', 'none')).toBe('model.onnx@384')
    for (const views of viewChoices) expect(viewsOf(withViews('model.onnx@384:imagenet+crops', views))).toBe(views)
  })
})
