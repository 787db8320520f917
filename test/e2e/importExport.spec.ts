import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expectNoViolations } from './axe.ts'
import { expect, test } from './fixture.ts'
import { chooseImportFile, dialog, expectCounts, finishImport, image, openExport, openMade } from './holiday.ts'

test('import: what a file would do, what is done, and what is left open', async ({ app: page, served }) => {
  await openMade(page, served)
  const first = path.join(served.folder, 'first.csv')
  writeFileSync(
    first,
    'image,label,value\nred.jpg,beach,present\ngreen.jpg,beach,absent\nred.jpg,kite,present\ngone.jpg,boat,present\nblue.jpg,boat,maybe\n',
  )
  const importing = await chooseImportFile(page, first)
  await expect(importing.getByText('2 of 3 images in the file match this project.')).toBeVisible()
  await expect(importing.getByText('3 new marks')).toBeVisible()
  await expect(importing.getByRole('row', { name: /kite/ })).toContainText('new')
  await expect(importing.getByText(/other than present, absent or unknown/)).toBeVisible()
  // The first images as they would be.
  await expect(importing.getByRole('listitem').filter({ hasText: 'red.jpg' })).toHaveText('red.jpg – beach, kite')
  await expect(importing.getByRole('listitem').filter({ hasText: 'green.jpg' })).toHaveText(
    /no labels \(absent: .?beach/,
  )
  await expect(importing.getByRole('radio')).toHaveCount(0)
  // Looking at it has changed nothing.
  await expectCounts(page, 'beach', 0, 0)
  await finishImport(importing, 'Imported 3 marks and 1 new label. You can undo this.')
  await expectCounts(page, 'beach', 1, 1)
  await expectCounts(page, 'kite', 1, 0)

  // The second file disagrees: what is here stays, unless told otherwise.
  const second = path.join(served.folder, 'second.csv')
  writeFileSync(second, 'image,label,value\nred.jpg,beach,absent\ngreen.jpg,beach,absent\n')
  await chooseImportFile(page, second)
  await expect(importing.getByText('1 conflicts with a mark here')).toBeVisible()
  await expect(importing.getByRole('radio', { name: 'Keep the project’s marks' })).toBeChecked()
  await expect(importing.getByRole('button', { name: 'Import', exact: true })).toBeDisabled()
  await importing.getByRole('radio', { name: 'Use the file’s marks' }).check()
  await finishImport(importing)
  await expectCounts(page, 'beach', 0, 2)
  await page.keyboard.press('Control+z')
  await expectCounts(page, 'beach', 1, 1)

  // Boxes say what is there; only a person can say whether the rest is absent.
  const boxes = path.join(served.folder, 'boxes.json')
  const box = { id: 1, image_id: 1, category_id: 1, bbox: [0, 0, 9, 9], area: 81, iscrowd: 0 }
  const images = [
    { id: 1, file_name: 'blue.jpg', width: 64, height: 48 },
    { id: 2, file_name: 'green.jpg', width: 64, height: 48 },
  ]
  writeFileSync(boxes, JSON.stringify({ images, categories: [{ id: 1, name: 'boat' }], annotations: [box] }))
  await chooseImportFile(page, boxes)
  await expect(importing.getByRole('group', { name: /doesn’t say what is absent/ })).toBeVisible()
  await expect(importing.getByRole('radio', { name: /^Unknown/ })).toBeChecked()
  await importing.getByRole('radio', { name: /^Absent/ }).check()
  await finishImport(importing)
  await expectCounts(page, 'boat', 1, 1)

  const none = await chooseImportFile(page, path.join(served.folder, 'none.csv'))
  await expect(none.getByRole('alert')).toContainText('none.csv')
})

test('export: to the place that is proposed, in either format, with what it could not say', async ({
  app: page,
  served,
}) => {
  await openMade(page, served)
  await image(page, 'red.jpg').click({ modifiers: ['ControlOrMeta'] })
  await page.keyboard.press('1')
  await expectCounts(page, 'beach', 1, 0)

  const { exporting, exported } = await openExport(page)
  const place = exporting.getByLabel('Save to', { exact: true })
  await expect(place).toHaveValue(path.join(served.folder, 'Holiday.json'))
  await exporting.getByLabel('Format').selectOption('csv')
  await expect(place).toHaveValue(path.join(served.folder, 'Holiday.csv'))
  await exporting.getByRole('button', { name: 'Export', exact: true }).click()
  await expect(exported.getByText('Holiday.csv')).toBeVisible()
  await exported.getByRole('button', { name: 'Done' }).click()
  expect(readFileSync(path.join(served.folder, 'Holiday.csv'), 'utf8').trim().split(/\r?\n/)).toEqual([
    'image,label,value',
    'red.jpg,beach,present',
  ])

  // A name chosen in the dialog: there is one of it already.
  await openExport(page, 'csv')
  await exporting.getByRole('button', { name: 'Choose… Save to' }).click()
  const browsing = dialog(page, 'Save to')
  await expect(browsing.getByText('A file with this name already exists.')).toBeVisible()
  await browsing.getByLabel('File name').fill('other')
  await page.keyboard.press('Enter')
  await expect(place).toHaveValue(path.join(served.folder, 'other.csv'))
  await exporting.getByLabel('Format').selectOption('coco')
  await exporting.getByRole('button', { name: 'Export', exact: true }).click()
  await expect(exported.getByText('3 images, 1 present, 0 absent.')).toBeVisible()
  await expect(exported.getByText(/can’t be read/)).toBeVisible()
})

test('what is there already is replaced only by whoever says so, in each dialog that writes', async ({
  app: page,
  served,
}) => {
  await openMade(page, served)
  const mine = path.join(served.folder, 'mine.csv')
  writeFileSync(mine, 'mine')
  const { exporting, exported } = await openExport(page, 'csv')
  const place = exporting.getByLabel('Save to', { exact: true })
  await place.fill(mine)
  await place.press('Enter')
  const question = exporting.getByRole('alert')
  await expect(question).toContainText('mine.csv')
  await expectNoViolations(page, 'the question before something is replaced')
  // Enter asks again, and the question is about this place alone.
  await place.press('Enter')
  await expect(exporting.getByRole('button', { name: 'Replace' })).toBeVisible()
  await place.fill(path.join(served.folder, 'Holiday.surmise'))
  await expect(exporting.getByRole('button', { name: 'Replace' })).toHaveCount(0)
  await place.press('Enter')
  await expect(question).toContainText('belongs to a project')
  await expect(exporting.getByRole('button', { name: 'Replace' })).toHaveCount(0)
  expect(readFileSync(mine, 'utf8')).toBe('mine')
  await place.fill(mine)
  await place.press('Enter')
  await exporting.getByRole('button', { name: 'Replace' }).click()
  await exported.getByRole('button', { name: 'Done' }).click()
  expect(readFileSync(mine, 'utf8')).toMatch(/^image,label,value/)

  const report = path.join(served.folder, 'mine.html')
  writeFileSync(report, 'mine')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('write a report')
  await page.keyboard.press('Enter')
  const reporting = page.getByRole('dialog', { name: 'Write a report' })
  await reporting.getByRole('textbox').fill(report)
  await page.keyboard.press('Enter')
  await expect(reporting.getByRole('alert')).toContainText('mine.html')
  expect(readFileSync(report, 'utf8')).toBe('mine')
  await reporting.getByRole('button', { name: 'Replace' }).click()
  await expect(page.getByRole('dialog', { name: 'Report written' })).toBeVisible()
  expect(readFileSync(report, 'utf8')).toMatch(/^<!doctype html/i)
})
