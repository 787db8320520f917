import type { Locator, Page } from '@playwright/test'
import { expectNoViolations } from './axe.ts'
import { expect, test } from './fixture.ts'
import { openProject } from './hands.ts'

const panel = (page: Page): Locator => page.getByRole('complementary', { name: 'Labels' })
const expectWidth = (page: Page, width: number): Promise<void> =>
  expect.poll(async () => Math.round((await panel(page).boundingBox())!.width)).toBe(width)

async function drag(page: Page, edge: Locator, by: number): Promise<void> {
  const { x, y, width, height } = (await edge.boundingBox())!
  const [from, at] = [x + width / 2, y + height / 2]
  await page.mouse.move(from, at)
  await page.mouse.down()
  await page.mouse.move(from + by / 2, at)
  await page.mouse.move(from + by, at)
  await page.mouse.up()
}

test('panels are made wider and narrower by pointer and keyboard, and stay so', async ({ app: page, sample }) => {
  await openProject(page, sample)
  const edge = page.getByRole('separator', { name: 'Label list width' })
  await expectWidth(page, 256)
  await drag(page, edge, 84)
  await expectWidth(page, 340)

  // Neither panel nor images can be lost.
  await drag(page, edge, 2000)
  await expectWidth(page, 560)
  await drag(page, edge, -2000)
  await expectWidth(page, 176)
  await edge.focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Shift+ArrowRight')
  await expect(edge).toHaveAttribute('aria-valuenow', '256')
  await page.keyboard.press('Shift+ArrowRight')
  await expectWidth(page, 320)

  // Beside an image, where the arrows go from image to image but for the edge.
  await page.locator('[data-path]').first().dblclick()
  const beside = page.getByRole('separator', { name: 'Label panel width' })
  const place = page.getByRole('textbox', { name: /^Go to image/ })
  await expectWidth(page, 320)
  await drag(page, beside, -100)
  await expectWidth(page, 420)
  await beside.focus()
  await page.keyboard.press('ArrowRight')
  await expectWidth(page, 404)
  await expect(place).toHaveValue('1')

  await page.reload()
  await expect(beside).toHaveAttribute('aria-valuenow', '404')
  await expectWidth(page, 404)
  await expectNoViolations(page, 'an image beside wide labels')

  // As at first: there is nothing to remember any more.
  await beside.dblclick()
  await expectWidth(page, 320)
  await page.keyboard.press('Escape')
  await expect(edge).toHaveAttribute('aria-valuenow', '320')
  await edge.focus()
  await page.keyboard.press('Enter')
  await expect(edge).toHaveAttribute('aria-valuenow', '256')
  await page.reload()
  await expect(edge).toHaveAttribute('aria-valuenow', '256')

  // A window that is made narrow leaves the images their room.
  await page.keyboard.press('Tab')
  await edge.focus()
  await page.keyboard.press('End')
  await page.setViewportSize({ width: 760, height: 600 })
  await expectWidth(page, 400)
  await page.keyboard.press('Control+a')
  for (const control of [
    page.getByRole('slider', { name: 'Thumbnail size' }),
    page.getByRole('combobox', { name: 'Sort' }),
    page.getByRole('toolbar', { name: 'Mark selection' }).getByRole('button', { name: 'Close' }),
  ]) {
    await expect(control).toBeInViewport({ ratio: 1 })
  }
  await page.setViewportSize({ width: 1280, height: 800 })
  await expectWidth(page, 560)
  await expectNoViolations(page, 'the grid beside wide labels')
})
