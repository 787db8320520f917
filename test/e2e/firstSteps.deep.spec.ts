import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { expectNoViolations } from './axe.ts'
import { expect, test } from './fixture.ts'
import { computing } from './hands.ts'

test('from a folder to the first suggestions, each screen saying what comes next', async ({
  app: page,
  served,
  drawnSample,
}) => {
  const photos = path.join(served.folder, 'photos')
  mkdirSync(photos)
  const making = page.getByRole('dialog', { name: 'New project' })
  await page.getByRole('button', { name: 'New project from a folder' }).click()
  await making.getByLabel('Image folder', { exact: true }).fill(photos)
  await page.keyboard.press('Enter')

  // An empty folder is named, and filled.
  await expect(page.getByText(`No readable images found in ${photos}.`)).toBeVisible()
  await expectNoViolations(page, 'a project without images')
  const all = path.join(drawnSample, 'images')
  for (const name of readdirSync(all).sort().slice(0, 24)) cpSync(path.join(all, name), path.join(photos, name))
  await page.getByRole('button', { name: 'Rescan images' }).click()
  await expect(page.locator('[data-path]').first()).toBeVisible()

  const next = page.getByRole('region', { name: 'Next steps' })
  await expect(next).toContainText('What do you want to find in these images?')
  await expectNoViolations(page, 'a project without labels')
  // Label by label there is nothing to ask for yet: a label comes first.
  const adding = page.getByRole('dialog', { name: 'New label' })
  await page.keyboard.press('v')
  await expect(adding).toBeVisible()
  await page.keyboard.press('Escape')
  await next.getByRole('button', { name: 'Add the first label' }).click()
  await adding.getByLabel('Name', { exact: true }).fill('sun')
  await page.keyboard.press('Enter')
  await expect(next).toContainText('present in 2 images and absent in 2')

  // A name that is looked for and is none becomes a label, present here.
  await next.getByRole('button', { name: 'Image by image' }).click()
  await page.keyboard.press('/')
  await page.keyboard.type('tree')
  await expect(page.getByRole('button', { name: 'Add “tree” as present' })).toBeVisible()
  await expectNoViolations(page, 'a label that is none yet')
  await page.keyboard.press('Enter')
  await expect(page.locator('li[data-label=tree]')).toHaveAttribute('data-state', 'present')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await expect(next).toContainText('present in 2 images and absent in 2')

  const tile = (at: number) => page.locator(`[data-path="${String(at).padStart(3, '0')}.jpg"]`)
  for (const [first, key] of [
    [1, '1'],
    [6, 'Shift+1'],
  ] as const) {
    await tile(first).click()
    await tile(first + 3).click({ modifiers: ['Shift'] })
    await page.keyboard.press(key)
  }
  await expect(next).toContainText('One label can be learnt from what’s known')
  await page.keyboard.press('Control+Enter')
  await expect(next).toBeHidden()
  await page.getByRole('button', { name: 'Show suggestions' }).click(computing)
  await expect(next).toBeHidden()
  await expect(page.getByText(/of 24 images/)).toBeVisible()
})
