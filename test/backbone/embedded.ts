import { hash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { FeatureReader } from '../../src/main/backbone/cache/featureReader.ts'
import type { EmbedInput, ImageToEmbed } from '../../src/main/backbone/embed/embed.ts'
import { resolveBackbone } from '../../src/main/backbone/resolve/resolve.ts'
import { temporaryFolder } from './models.ts'

/** Pictures that differ in more than noise. */
export async function makeImages(count: number, first = 0): Promise<ImageToEmbed[]> {
  const folder = temporaryFolder()
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const id = first + i
      const hue = (id * 47) % 360
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${60 + (id % 50)}" height="${50 + (id % 30)}">
        <rect width="200" height="200" fill="hsl(${hue} 60% 40%)"/>
        <circle cx="${id % 60}" cy="${(id * 7) % 50}" r="${5 + (id % 20)}" fill="hsl(${(hue + 120) % 360} 80% 60%)"/></svg>`
      const bytes = await sharp(Buffer.from(svg)).jpeg().toBuffer()
      const file = path.join(folder, `${id}.jpg`)
      await writeFile(file, bytes)
      return { id, path: file, sha256: hash('sha256', bytes) }
    }),
  )
}

/** Every record of these images, as one array. */
export async function recordsIn(input: EmbedInput): Promise<{ grid: Float16Array; pooled: Float32Array }> {
  const reader = await FeatureReader.open(input.cacheFolder, await resolveBackbone(input.backbone as string))
  const { gridHeight, gridWidth, dimension } = reader!.shape
  const records = reader!.recordsOf(input.images.map(({ sha256 }) => sha256))
  const grid = await reader!.readGrid(records, new Float16Array(records.length * gridHeight * gridWidth * dimension))
  const pooled = await reader!.readPooled(records)
  await reader!.close()
  return { grid, pooled }
}
