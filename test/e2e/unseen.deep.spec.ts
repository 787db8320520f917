import { rmSync } from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { expectNoViolations } from './axe.ts'
import { expect, type Served, test } from './fixture.ts'
import { expectCounts, image, openMade } from './holiday.ts'

const refusal = 'This image can’t be shown, so its labels can’t be marked all at once.'

async function open(page: Page, name: string): Promise<void> {
  await image(page, name).dblclick()
  await expect(page.getByRole('heading', { name })).toBeVisible()
}

async function known({ surmise }: Served, project: string): Promise<[number, number]> {
  const { labels } = JSON.parse(await surmise('status', project, '--json'))
  const sum = (side: 'presentCount' | 'absentCount') =>
    labels.reduce((total: number, label: Record<string, number>) => total + label[side], 0)
  return [sum('presentCount'), sum('absentCount')]
}

test('of an image that can’t be seen, nothing is said of all its labels: by key, button, palette and selection', async ({
  app: page,
  served,
}) => {
  await openMade(page, served)
  await open(page, 'torn.jpg')
  await expect(page.getByText('This image can’t be shown.')).toBeVisible()
  await page.keyboard.press('r')
  await expect(page.getByRole('status').filter({ hasText: refusal })).toHaveCount(1)
  await expect(page.locator('li[data-label="beach"]')).toHaveAttribute('data-state', 'unknown')
  // Said once, however often it is pressed.
  await page.keyboard.press('r')
  await expect(page.getByRole('status').filter({ hasText: refusal })).toHaveCount(1)

  const rest = page.getByRole('button', { name: /^Mark the rest absent/ })
  await expect(rest).toBeDisabled()
  await expect(rest).toHaveAttribute('title', new RegExp(refusal))
  await expectNoViolations(page, 'an image that can’t be seen')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('rest abs')
  const option = page.getByRole('dialog', { name: 'Commands' }).getByRole('option').first()
  await expect(option).toHaveAttribute('aria-disabled', 'true')
  await expect(option).toContainText(refusal)
  await page.keyboard.press('Escape')

  // One label of which somebody is sure can be marked all the same.
  await page.keyboard.press('1')
  await expect(page.locator('li[data-label="beach"]')).toHaveAttribute('data-state', 'present')
  await page.keyboard.press('1')
  await page.keyboard.press('Escape')

  // With others, it alone is left as it is.
  await page.getByRole('listbox', { name: 'Images', exact: true }).focus()
  await page.keyboard.press('Control+a')
  const bar = page.getByRole('toolbar', { name: 'Mark selection' })
  await bar.getByRole('button', { name: 'Absent', exact: true }).click()
  await expect(page.getByText('1 image can’t be shown and was left unchanged.')).toBeVisible()
  await expectCounts(page, 'beach', 0, 3)
  await expect(image(page, 'torn.jpg')).not.toContainText('absent')
})

// The browser says, too, that the picture did not come.
test.use({ expectedErrors: [/status of 410 \(Gone\) .*\/images\/full\//] })

test('a file that was deleted since the scan is an image that can’t be seen', async ({ app: page, served }) => {
  await openMade(page, served)
  const project = path.join(served.folder, 'Holiday.surmise')
  await open(page, 'green.jpg')
  await page.keyboard.press('r')
  await expect(page.locator('li[data-label="boat"]')).toHaveAttribute('data-state', 'absent')
  await page.keyboard.press('Control+z')
  await expect(page.locator('li[data-label="boat"]')).toHaveAttribute('data-state', 'unknown')
  await page.keyboard.press('Escape')

  const photo = path.join(served.folder, 'Pictures', 'holiday', 'blue.jpg')
  rmSync(photo)
  await open(page, 'blue.jpg')
  await expect(page.getByText('This image can’t be shown.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible()
  await page.keyboard.press('r')
  await expect(page.getByText(refusal)).toBeVisible()
  expect(await known(served, project)).toEqual([0, 0])
})
