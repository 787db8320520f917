import { hash } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { type EmbedProgress, embed, featuresOf } from '../../src/main/backbone/embed/embed.ts'
import { openExtractor } from '../../src/main/backbone/embed/extractor.ts'
import { planCopies } from '../../src/main/backbone/embed/extractorPool.ts'
import { wholeLook } from '../../src/main/backbone/pixels/looks.ts'
import { resolveBackbone } from '../../src/main/backbone/resolve/resolve.ts'
import { decodePixels, readScanned } from '../../src/main/images/decode.ts'
import { makeImages, recordsIn } from './embedded.ts'
import { modelFile, plainBackbone, temporaryFolder } from './models.ts'

const tiny = 'surmise-tiny@64'

describe('embedding', () => {
  test('puts every image into the cache once', async () => {
    const images = await makeImages(20)
    const twin = { ...images[3], id: 100 }
    const input = { images: [...images, twin], backbone: tiny, cacheFolder: temporaryFolder() }
    const reports: EmbedProgress[] = []
    const first = await embed(input, { progress: (report) => reports.push(report) })
    expect(first).toMatchObject({ complete: true, embedded: 20, alreadyThere: 1, failed: [] })
    expect(reports[0]).toMatchObject({ phase: 'opening' })
    expect(reports.at(-1)).toMatchObject({ phase: 'embedding', done: 20, total: 20, secondsLeft: 0 })
    expect(reports.at(-1)!.perSecond).toBeGreaterThan(0)
    const { grid, pooled } = await recordsIn(input)
    expect(grid.some((value) => value !== 0)).toBe(true)
    expect(pooled.subarray(3 * 384, 4 * 384)).toEqual(pooled.subarray(20 * 384))

    const more = await makeImages(5, 50)
    const second = await embed({ ...input, images: [...images, ...more] })
    expect(second).toMatchObject({ embedded: 5, alreadyThere: 20 })
    expect(await embed(input)).toMatchObject({ complete: true, embedded: 0, alreadyThere: 21 })
  })

  test('lists images that can’t be decoded, and goes on', async () => {
    const images = await makeImages(12)
    await writeFile(images[2].path, 'not an image')
    images[2].sha256 = hash('sha256', 'not an image')
    await rm(images[5].path)
    await writeFile(images[7].path, await sharp(images[6].path).rotate(90).jpeg().toBuffer())
    const cacheFolder = temporaryFolder()
    const result = await embed({ images, backbone: tiny, cacheFolder })
    expect(result).toMatchObject({ complete: true, embedded: 9 })
    const reasons = Object.fromEntries(result.failed.map(({ id, code }) => [id, code]))
    expect(reasons).toEqual({ 2: 'not-an-image', 5: 'unreadable', 7: 'image-changed' })
    expect(result.failed.every(({ reason }) => reason.length > 10)).toBe(true)
  })

  test('that is cancelled keeps what is done', async () => {
    const images = await makeImages(150)
    const input = { images, backbone: tiny, cacheFolder: temporaryFolder() }
    const abort = new AbortController()
    const first = await embed(input, { signal: abort.signal, progress: ({ done }) => done > 0 && abort.abort() })
    expect(first.complete).toBe(false)
    expect(first.embedded).toBeGreaterThan(0)
    expect(first.embedded).toBeLessThan(150)
    expect(await embed(input)).toMatchObject({ complete: true, alreadyThere: first.embedded })
  })

  test('of the same project in two processes is refused', async () => {
    const images = await makeImages(60)
    const input = { images, backbone: tiny, cacheFolder: temporaryFolder() }
    let second: Promise<unknown> | undefined
    await embed(input, {
      progress: ({ phase }) => {
        if (phase === 'embedding') second ??= embed(input).catch((error) => error)
      },
    })
    expect(await second).toMatchObject({ code: 'cache-in-use' })
  })

  test('with a cache that can’t be written is a failure, and no silence', async () => {
    const images = await makeImages(3)
    const folder = temporaryFolder()
    await writeFile(path.join(folder, 'features'), 'in the way')
    await expect(embed({ images, backbone: tiny, cacheFolder: folder })).rejects.toMatchObject({ code: 'ENOTDIR' })
    await mkdir(path.join(folder, 'other'))
  })

  test('with a backbone that overflows lists every image', async () => {
    const images = await makeImages(3)
    const backbone = await modelFile((graph) => {
      plainBackbone(['n', 3, 64, 64])(graph)
      const map = graph.outputs.get('features')!
      graph.outputs.clear()
      const large = graph.scalar(1e9, 'float32')
      graph.output('features', graph.append('Mul', [map, large], 'float32', map.shape))
    })
    const result = await embed({ images, backbone, cacheFolder: temporaryFolder() })
    expect(result).toMatchObject({ complete: true, embedded: 0 })
    expect(result.failed.map(({ code }) => code)).toEqual(Array(3).fill('features-not-finite'))
  })

  test('gives the same features whatever the batch and the threads', async () => {
    const images = await makeImages(7)
    const backbone = await resolveBackbone('surmise-tiny@96')
    const pixels = await Promise.all(
      images.map(async ({ path, sha256 }) => decodePixels(await readScanned(path, sha256), backbone.input)),
    )
    const results: Float16Array[] = []
    for (const [batch, threads] of [
      [1, 1],
      [1, 2],
      [3, 1],
      [7, 2],
    ]) {
      const extractor = await openExtractor(backbone, { device: 'cpu', batch, threads })
      const records: Float16Array[] = []
      for (let i = 0; i < pixels.length; i += batch) {
        records.push(
          ...(await extractor.extract(pixels.slice(i, i + batch).map((one) => [wholeLook(one)]))).map(
            (record) => record!,
          ),
        )
      }
      await extractor.close()
      results.push(Float16Array.from(records.flatMap((record) => [...record])))
    }
    const largest = results[0].reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    for (const result of results) {
      const worst = result.reduce((most, value, i) => Math.max(most, Math.abs(value - results[0][i])), 0)
      expect(worst / largest).toBeLessThan(2e-3)
    }
  })

  test('of a model with a fixed batch works, too', async () => {
    const images = await makeImages(5)
    const fixed = await modelFile(plainBackbone([3, 3, 64, 64]), 'fixed.onnx')
    const free = await modelFile(plainBackbone(['n', 3, 64, 64]), 'free.onnx')
    const [a, b] = [fixed, free].map((backbone) => ({ images, backbone, cacheFolder: temporaryFolder() }))
    expect(await embed(a)).toMatchObject({ embedded: 5 })
    await embed(b)
    expect((await recordsIn(a)).pooled).toEqual((await recordsIn(b)).pooled)
  })

  test('of one image on demand gives what the cache holds', async () => {
    const images = await makeImages(1)
    const input = { images, backbone: tiny, cacheFolder: temporaryFolder() }
    await embed(input)
    const { grid, pooled } = await featuresOf({ image: images[0], backbone: tiny })
    const cached = await recordsIn(input)
    expect(grid).toEqual(cached.grid)
    expect(Float32Array.from(pooled)).toEqual(cached.pooled)
  })
})

test('copies of the model share the cores and the memory', () => {
  const megabytes = 1024 ** 2
  expect(planCopies(2, 7 * megabytes)).toEqual({ copies: 2, threads: 1 })
  expect(planCopies(1, 7 * megabytes)).toEqual({ copies: 1, threads: 1 })
  expect(planCopies(16, 7 * megabytes)).toEqual({ copies: 8, threads: 2 })
  expect(planCopies(8, 350 * megabytes)).toEqual({ copies: 2, threads: 4 })
  expect(planCopies(4, 5000 * megabytes)).toEqual({ copies: 1, threads: 4 })
})
