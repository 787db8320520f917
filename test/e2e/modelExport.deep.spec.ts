import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expectNoViolations } from './axe.ts'
import { expect, test } from './fixture.ts'
import { computing } from './hands.ts'

test('the model goes out from its page, by the keyboard, with what to know of it', async ({
  app: page,
  trained: project,
}) => {
  await page.getByRole('button', { name: /^Open a project/ }).click()
  await page.getByRole('dialog').getByRole('textbox').fill(project)
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-path]').first()).toBeVisible()
  await page.keyboard.press('Control+.')
  await page.getByRole('button', { name: 'Export…' }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Export model' })
  await expect(dialog).toBeVisible()
  await expectNoViolations(page, 'the export of a model')
  const target = path.join(path.dirname(project), 'from the page.onnx')
  await dialog.getByRole('textbox', { name: 'Save to' }).fill(target)
  await dialog.getByRole('radio', { name: /^8 bits/ }).focus()
  await page.keyboard.press('Space')
  await page.keyboard.press('Enter')
  const written = page.getByRole('dialog', { name: 'Model exported' })
  await expect(written).toBeVisible(computing)
  await expect(written).toContainText('mean average precision changes from')
  await expect(written).toContainText('from the page.card.md')
  await expectNoViolations(page, 'the export of a model')
  expect(existsSync(target)).toBe(true)
  const card = JSON.parse(readFileSync(target.replace('.onnx', '.card.json'), 'utf8'))
  expect(card.precision.weights).toBe('int8')
  await page.keyboard.press('Enter')
  await expect(written).toBeHidden()

  // Once more to the same place: it is asked first, and the card that was edited meanwhile stays until then.
  writeFileSync(target.replace('.onnx', '.card.md'), 'mine')
  rmSync(target)
  await page.getByRole('button', { name: 'Export…' }).click()
  await dialog.getByRole('textbox', { name: 'Save to' }).fill(target)
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('alert')).toContainText('from the page.card')
  expect([existsSync(target), readFileSync(target.replace('.onnx', '.card.md'), 'utf8')]).toEqual([false, 'mine'])
  await dialog.getByRole('button', { name: 'Replace' }).click()
  await expect(written).toBeVisible(computing)
  expect(existsSync(target)).toBe(true)
  await page.keyboard.press('Enter')
  await expect(written).toBeHidden()

  // A folder instead, from the palette; a name that isn't one is a sentence.
  await page.keyboard.press('Control+k')
  await page.keyboard.type('export model')
  await page.keyboard.press('Enter')
  await dialog.getByRole('radio', { name: /Triton/ }).check()
  await dialog.getByRole('textbox', { name: 'Save to' }).fill('models')
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('alert')).toBeVisible()
  const folder = path.join(path.dirname(project), 'served')
  await dialog.getByRole('textbox', { name: 'Save to' }).fill(folder)
  await page.keyboard.press('Enter')
  await expect(written).toContainText('config.pbtxt', computing)
})

test('a report is written from the palette, and opens by itself, offline, without scripts', async ({
  app: page,
  trained: project,
  browser,
}) => {
  await page.getByRole('button', { name: /^Open a project/ }).click()
  await page.getByRole('dialog').getByRole('textbox').fill(project)
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-path]').first()).toBeVisible()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('write a report')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Write a report' })
  await expect(dialog).toBeVisible()
  await expectNoViolations(page, 'the dialog of the report')
  const target = path.join(path.dirname(project), 'report.html')
  await dialog.getByRole('textbox').fill(target)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'Report written' })).toContainText('pictures')

  const context = await browser.newContext({ offline: true })
  const report = await context.newPage()
  const asked: string[] = []
  report.on('request', (request) => asked.push(request.url()))
  await report.goto(`file://${target}`)
  await expect(report.getByRole('heading', { level: 1 })).toHaveText('Trained')
  await expect(report.getByRole('heading', { name: 'Possible labelling mistakes' })).toBeVisible()
  const whole = await report.evaluate('Array.from(document.images).every((image) => image.naturalWidth > 0)')
  expect([whole, asked.filter((url) => !url.startsWith('data:'))]).toEqual([true, [`file://${target}`]])
  expect(await report.locator('img').count()).toBeGreaterThan(5)
  await expectNoViolations(report, 'the report')
  await context.close()
})
