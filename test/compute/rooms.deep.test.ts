import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FeatureReader } from '../../src/main/backbone/cache/featureReader.ts'
import { ComputeProcess } from '../../src/main/compute/client.ts'
import type { ScannedFile } from '../../src/main/images/examine.ts'
import type { tasks } from './roomsEntry.ts'

let folder: string
let compute: ComputeProcess<typeof tasks>

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'surmise-rooms-'))
  compute = new ComputeProcess({
    entry: path.join(import.meta.dirname, 'roomsEntry.ts'),
    restart: { firstDelay: 10 },
  })
  await Promise.all(
    Array.from({ length: 120 }, async (_, i) => {
      const background = { r: (i * 37) % 256, g: (i * 91) % 256, b: i }
      const image = sharp({ create: { width: 40 + i, height: 50, channels: 3, background } })
      await writeFile(path.join(folder, `${i}.jpg`), await image.jpeg().toBuffer())
    }),
  )
})

afterEach(async () => {
  await compute.stop()
  rmSync(folder, { recursive: true })
})

async function scanned(cacheFolder: string): Promise<ScannedFile[]> {
  const files: ScannedFile[] = []
  await compute.run(
    'scan',
    { root: folder, known: [], cacheFolder },
    { onProgress: ({ added }) => files.push(...added) },
  )
  return files
}

test('scanning, thumbnails and embedding work in the compute process, and a killed one loses nothing', async () => {
  const cacheFolder = path.join(folder, 'project.cache')
  const files = await scanned(cacheFolder)
  expect(files).toHaveLength(120)
  const images = files.map((file, id) => ({ id, path: path.join(folder, file.path), sha256: file.sha256! }))
  const backbone = await compute.run('resolve', { specification: 'surmise-tiny@64' })

  const killed = compute.run(
    'embed',
    { images, backbone, cacheFolder },
    { onProgress: ({ phase, done }) => phase === 'embedding' && done > 0 && process.kill(compute.pid!, 'SIGKILL') },
  )
  await expect(killed).rejects.toMatchObject({ code: 'compute-crashed' })
  const result = await compute.run('embed', { images, backbone, cacheFolder })
  expect(result).toMatchObject({ complete: true, failed: [] })
  expect(result.embedded + result.alreadyThere).toBe(120)

  const reader = (await FeatureReader.open(cacheFolder, backbone))!
  expect(reader.missing(images.map(({ sha256 }) => sha256))).toEqual([])
  await reader.readPooled(reader.recordsOf(images.map(({ sha256 }) => sha256)))
  await reader.close()
  const { grid, pooled } = await compute.run('featuresOf', { image: images[0], backbone })
  expect([grid.constructor, grid.length, pooled.length]).toEqual([Float16Array, 4 * 384, 384])
})

test('thumbnails are served while images are embedded', async () => {
  const cacheFolder = path.join(folder, 'project.cache')
  const files = await scanned(cacheFolder)
  const images = files.map((file, id) => ({ id, path: path.join(folder, file.path), sha256: file.sha256! }))
  rmSync(path.join(cacheFolder, 'thumbnails'), { recursive: true })
  let during: Promise<string> | undefined
  let embedding = true
  let first: boolean | undefined
  await compute.run(
    'embed',
    { images, backbone: 'surmise-tiny@224', cacheFolder },
    {
      onProgress: ({ phase }) => {
        if (phase !== 'embedding' || during) return
        during = compute.run('thumbnail', { ...images[0], cacheFolder })
        void during.then(() => {
          first = embedding
        })
      },
    },
  )
  embedding = false
  expect(existsSync((await during)!)).toBe(true)
  expect(first).toBe(true)
  const rendering = await compute.run('render', { ...images[0], cacheFolder })
  expect(rendering).toMatchObject({ path: images[0].path, mediaType: 'image/jpeg' })
})

test('errors of the rooms cross as sentences', async () => {
  const cacheFolder = path.join(folder, 'project.cache')
  const gone = { root: path.join(folder, 'gone'), known: [], cacheFolder }
  await expect(compute.run('scan', gone)).rejects.toMatchObject({ code: 'images-folder-missing' })
  await expect(compute.run('resolve', { specification: 'nothing' })).rejects.toMatchObject({ code: 'backbone-unknown' })
  await writeFile(path.join(folder, 'broken.jpg'), 'broken')
  const broken = { path: path.join(folder, 'broken.jpg'), sha256: '0'.repeat(64), cacheFolder }
  await expect(compute.run('thumbnail', broken)).rejects.toMatchObject({ code: 'image-changed' })
})
