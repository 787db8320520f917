import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { FileServer } from '../backbone/fileServer.ts'
import { test as base, expect } from './fixture.ts'
import { computing, enter, openProject, ready, withoutPointer } from './hands.ts'
import { dialog } from './holiday.ts'

const tiny = path.resolve(import.meta.dirname, '../../resources/backbones/surmise-tiny.onnx')

/** A server of this machine with one backbone, and a list that names it, as an organisation would have. */
const test = base.extend<{ server: FileServer }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads which fixtures are wanted from it
  server: async ({}, use) => {
    const server = await FileServer.start(readFileSync(tiny))
    await use(server)
    await server.stop()
  },
  environment: async ({ server }, use) => {
    const list = path.join(tmpdir(), `surmise-list-${process.pid}.json`)
    const card = { size: 96, features: 'features', pooled: 'pooled' }
    const about = { title: 'House', megabytes: 6.8, licence: 'ours', goodAt: 'Photos of our house.', card }
    const model = { url: server.url.href, bytes: server.content.length }
    writeFileSync(list, JSON.stringify({ version: 1, backbones: [{ name: 'house', ...about, model }] }))
    await use({ SURMISE_BACKBONES: list })
    rmSync(list)
  },
})

test('by the keyboard alone: a backbone is fetched, tried, switched to and trained with; back again, and its features cleared', async ({
  page,
  served,
  server,
  trained,
}) => {
  const noPointer = await withoutPointer(page)
  await page.goto(served.url)
  await openProject(page, trained)
  const openPage = async () => {
    await page.keyboard.press('Control+k')
    await page.keyboard.type('backbones')
    // Until the project is there, it is offered and can't be chosen.
    const first = dialog(page, 'Commands').getByRole('option').first()
    await expect(first).toContainText('Backbones')
    await expect(first).not.toHaveAttribute('aria-disabled', 'true')
    await page.keyboard.press('Enter')
  }
  await openPage()
  const backbones = dialog(page, 'Backbones')
  const house = backbones.getByRole('listitem', { name: 'House' })
  const compare = backbones.getByRole('region', { name: 'Compare two' })
  const features = backbones.getByRole('region', { name: 'Features on disk' })
  await expect(compare.getByText('Download another backbone to compare.')).toBeVisible()

  // It breaks off, again and again: said, kept, and gone on from.
  server.instead.push(...Array.from({ length: 6 }, () => server.breaksOff(3_000_000)))
  await enter(page, house.getByRole('button', { name: 'Download House' }))
  await expect(house.getByRole('alert')).toContainText('keeps breaking off')
  server.instead.length = 0
  await enter(page, house.getByRole('button', { name: 'Resume (44%) House' }))
  await expect(house.getByRole('button', { name: 'Use House' })).toBeEnabled()
  expect(server.ranges.at(-1)).toBe('bytes=3000000-')

  // How fast, and how good it would be.
  await enter(page, house.getByRole('button', { name: 'Measure speed of House' }))
  await expect(house.getByText(/images\/s here on .* · about .* for this project/)).toBeVisible(computing)
  await expect(compare.getByLabel('Second')).toHaveValue('house')
  await enter(page, compare.getByRole('button', { name: /^Try on 58 images$/ }))
  await expect(compare.getByText(/known pairs held out/)).toBeVisible(computing)
  await expect(house.getByText(/mAP \d+\.\d% on this project/)).toBeVisible()
  await expect(features.getByRole('listitem')).toHaveCount(2)

  // Another backbone: what is known and the models stay, and it is trained with.
  await enter(page, house.getByRole('button', { name: 'Use House' }))
  await expect(house).toHaveAttribute('aria-current', 'true')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('button', { name: 'Show suggestions' })).toBeVisible(computing)
  await page.keyboard.press('Control+.')
  const versions = page.getByRole('complementary', { name: 'Versions' })
  await expect(versions.getByRole('radio')).toHaveCount(3)
  await expect(versions.getByText(/^house · /)).toHaveCount(1)
  await expect(versions.getByText(/^surmise-tiny · /)).toHaveCount(2)

  // Back again: nothing has to be computed anew. What the other one computed is cleared, once that is confirmed.
  await enter(page, page.getByRole('button', { name: 'Backbones…' }))
  await enter(page, backbones.getByRole('button', { name: 'Use Surmise tiny' }))
  await expect(backbones.getByRole('listitem', { name: 'Surmise tiny' })).toHaveAttribute('aria-current', 'true')
  const cache = features.getByRole('listitem').filter({ hasText: 'house, 96 × 96' })
  await enter(page, cache.getByRole('button', { name: /^Clear features of house/ }))
  await enter(page, cache.getByRole('alert').getByRole('button', { name: 'Cancel' }))
  await expect(features.getByRole('listitem')).toHaveCount(2)
  await enter(page, cache.getByRole('button', { name: /^Clear features of house/ }))
  await enter(page, cache.getByRole('button', { name: 'Clear features', exact: true }))
  await expect(features.getByRole('listitem')).toHaveCount(1)

  // The comparison is kept with the project; the file can go.
  await enter(page, house.getByRole('button', { name: 'Delete House' }))
  await enter(page, house.getByRole('alert').getByRole('button', { name: 'Remove' }))
  await expect(house.getByRole('button', { name: 'Download House' })).toBeVisible()
  await page.reload()
  await ready(page)
  // The address says which page was open.
  await expect(compare.getByText(/known pairs held out/)).toBeVisible(computing)
  await noPointer()
})
