import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expectNoViolations } from './axe.ts'
import { expect, test } from './fixture.ts'

test('the model goes out from its page, by the keyboard, with what to know of it', async ({
  app: page,
  trained: project,
}) => {
  await page.getByRole('button', { name: /^Open a project/ }).click()
  await page.getByRole('dialog').getByRole('textbox').fill(project)
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-path]').first()).toBeVisible()
  await page.keyboard.press('Control+.')
  await page.getByRole('button', { name: 'Export …' }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Export the model' })
  await expect(dialog).toBeVisible()
  await expectNoViolations(page, 'the export of a model')
  const target = path.join(path.dirname(project), 'from the page.onnx')
  await dialog.getByRole('textbox', { name: 'Where to' }).fill(target)
  await dialog.getByRole('radio', { name: /^8 bits/ }).focus()
  await page.keyboard.press('Space')
  await page.keyboard.press('Enter')
  const written = page.getByRole('dialog', { name: 'The model is written' })
  await expect(written).toBeVisible({ timeout: 90_000 })
  await expect(written).toContainText('mean average precision goes from')
  await expect(written).toContainText('from the page.card.md')
  await expectNoViolations(page, 'the export of a model')
  expect(existsSync(target)).toBe(true)
  const card = JSON.parse(readFileSync(target.replace('.onnx', '.card.json'), 'utf8'))
  expect(card.precision.weights).toBe('int8')
  await page.keyboard.press('Enter')
  await expect(written).toBeHidden()

  // A folder instead, from the palette; a name that isn't one is a sentence.
  await page.keyboard.press('Control+k')
  await page.keyboard.type('export the model')
  await page.keyboard.press('Enter')
  await dialog.getByRole('radio', { name: /Triton/ }).check()
  await dialog.getByRole('textbox', { name: 'Where to' }).fill('models')
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('alert')).toBeVisible()
  const folder = path.join(path.dirname(project), 'served')
  await dialog.getByRole('textbox', { name: 'Where to' }).fill(folder)
  await page.keyboard.press('Enter')
  await expect(written).toContainText('config.pbtxt', { timeout: 90_000 })
})
