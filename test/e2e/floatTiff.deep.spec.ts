import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { tiffOf } from '../images/tiff.ts'
import { expect, test } from './fixture.ts'
import { openByPath } from './holiday.ts'

test('a TIFF of floats is seen as it is, and what was done to its values is said', async ({ app: page, served }) => {
  const images = path.join(served.folder, 'microscope')
  mkdirSync(images)
  const samples = Array.from({ length: 64 * 64 }, (_, at) => (at % 64 < 32 ? 0.5 : 1))
  writeFileSync(path.join(images, 'cells.tif'), tiffOf({ width: 64, height: 64, kind: 'float32', samples }))
  const project = path.join(served.folder, 'Cells.surmise')
  await served.surmise('new', project, '--images', images)
  await openByPath(page, project)
  await page.locator('[data-path="cells.tif"]').dblclick()
  await expect(page.getByRole('note')).toHaveText(
    'Its 32-bit floating-point values are shown with 0 as black and 1 as white.',
  )
  const picture = page.getByRole('img', { name: 'cells.tif' })
  await expect(picture).toBeVisible()
  const grey = (x: number) =>
    picture.evaluate(async (element, place) => {
      const page = globalThis as unknown as {
        OffscreenCanvas: new (
          w: number,
          h: number,
        ) => {
          getContext(kind: '2d'): {
            drawImage(...of: unknown[]): void
            getImageData(...at: number[]): { data: Uint8ClampedArray }
          }
        }
      }
      await (element as unknown as { decode(): Promise<void> }).decode()
      const context = new page.OffscreenCanvas(64, 64).getContext('2d')
      context.drawImage(element, 0, 0, 64, 64)
      return context.getImageData(place, 32, 1, 1).data[0]
    }, x)
  expect(Math.abs((await grey(8)) - 128)).toBeLessThan(8)
  expect(await grey(56)).toBeGreaterThan(247)
})
