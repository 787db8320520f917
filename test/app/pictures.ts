import { mkdirSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'

/** Small pictures of two kinds that any backbone can tell apart: bright on the left, or bright on the right. */
export async function pictures(folder: string, count: number): Promise<string[]> {
  mkdirSync(folder, { recursive: true })
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const name = `${String(i).padStart(3, '0')}.png`
      const half = { r: 250 - (i % 50), g: 220, b: (i * 7) % 200 }
      await sharp({ create: { width: 48 + (i % 9), height: 48, channels: 3, background: { r: 15, g: 25, b: 60 + i } } })
        .composite([
          {
            input: { create: { width: 22, height: 48, channels: 3, background: half } },
            left: i % 2 === 0 ? 0 : 24,
            top: 0,
          },
        ])
        .png()
        .toFile(path.join(folder, name))
      return name
    }),
  )
}
