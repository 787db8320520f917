import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expectNoViolations } from './axe.ts'
import { expect, test } from './fixture.ts'
import {
  chooseImportFile,
  dialog,
  expectCounts,
  finishImport,
  image,
  mapLabel,
  openExport,
  openMade,
} from './holiday.ts'

test('export to a folder for each label: what has no place in it is said before, and the images are put there', async ({
  app: page,
  served,
}) => {
  await openMade(page, served)
  await image(page, 'red.jpg').click({ modifiers: ['ControlOrMeta'] })
  await page.keyboard.press('1')
  await expectCounts(page, 'beach', 1, 0)
  await page.keyboard.press('Escape')

  const { exporting, exported } = await openExport(page, 'folders')
  await expect(exporting.getByLabel('Save to', { exact: true })).toHaveValue(
    path.join(served.folder, 'Holiday folders'),
  )
  await expect(exporting.getByText('Will export 1 present mark.')).toBeVisible()
  await expect(
    exporting.getByText('1 image–label pair is unknown: other programs may read it as absent.'),
  ).toBeVisible()
  await expect(exporting.getByRole('radio', { name: /^Copy/ })).toBeChecked()
  await expectNoViolations(page, 'export to folders')
  await exporting.getByRole('button', { name: 'Export', exact: true }).click()
  await expect(exported.getByText('1 images, 1 present, 0 absent.')).toBeVisible()
  await expect(exported.getByText(/can’t store unknown/)).toBeVisible()
  await exported.getByRole('button', { name: 'Done' }).click()
  expect(readdirSync(path.join(served.folder, 'Holiday folders', 'beach'))).toEqual(['red.jpg'])

  // There is something now.
  await openExport(page, 'folders')
  await exporting.getByRole('button', { name: 'Export', exact: true }).click()
  await expect(exporting.getByRole('alert')).toContainText('isn’t empty')
})

test('import of a folder, chosen in the dialog; the rest is asked', async ({ app: page, served }) => {
  await openMade(page, served)
  const folder = path.join(served.folder, 'Sorted')
  mkdirSync(path.join(folder, 'kite'), { recursive: true })
  const red = readFileSync(path.join(served.folder, 'Pictures', 'holiday', 'red.jpg'))
  // Another name: it is known by what is in it.
  writeFileSync(path.join(folder, 'kite', 'IMG_1.jpg'), red)
  await page.keyboard.press('Control+i')
  const importing = dialog(page, 'Import labels')
  await importing.getByRole('button', { name: 'Folder…' }).click()
  const browsing = dialog(page, 'File or folder')
  await browsing.getByRole('option', { name: 'Sorted' }).dblclick()
  await browsing.getByRole('button', { name: 'Use “Sorted”' }).click()
  await expect(importing.getByText('1 of 1 images in the file match this project.')).toBeVisible()
  await expect(importing.getByText('1 by content')).toBeVisible()
  await expect(importing.getByText(/^Detected as One folder per label/)).toBeVisible()
  await importing.getByText('First marks').click()
  await expect(importing.getByRole('row', { name: /IMG_1\.jpg kite Present/ })).toBeVisible()
  await finishImport(importing)
  await expectCounts(page, 'kite', 1, 0)
})

test('what a file leaves open is asked; labels that are called otherwise are said to be the same', async ({
  app: page,
  served,
}) => {
  await openMade(page, served)
  const file = path.join(served.folder, 'wide.csv')
  writeFileSync(file, 'image,Strand,boat,note\nred.jpg,1,-1,from the sea\ngreen.jpg,0,1,a hill\n')
  const importing = await chooseImportFile(page, file)
  await expect(importing.getByRole('alert')).toContainText('both 0 and −1')
  await expect(importing.getByRole('alert')).toContainText('What 0 and −1 mean')
  await importing.getByLabel('Format').selectOption('csv-wide')
  await importing.getByText('Import options').click()
  await importing.getByLabel('What 0 and −1 mean').selectOption('minus-absent')
  await expectNoViolations(page, 'import with questions')
  await importing.getByRole('button', { name: 'Preview', exact: true }).click()
  await expect(importing.getByText('3 new marks')).toBeVisible()

  await mapLabel(importing, 'Strand', 'beach')
  await expect(importing.getByRole('row', { name: /Strand/ })).toHaveCount(0)
  await expectNoViolations(page, 'import with renames')
  await finishImport(importing, 'Imported 3 marks. You can undo this.')
  await expectCounts(page, 'beach', 1, 0)
  await expectCounts(page, 'boat', 1, 1)
})

test('suggestions out of a file suggest, until a model is trained', async ({ app: page, served }) => {
  await openMade(page, served)
  const file = path.join(served.folder, 'tasks.json')
  const result = [{ from_name: 'tag', to_name: 'image', type: 'choices', value: { choices: ['beach'] } }]
  const task = {
    data: { image: 'red.jpg' },
    annotations: [],
    predictions: [{ model_version: 'v7', score: 0.97, result }],
  }
  writeFileSync(file, JSON.stringify([task]))
  await page.keyboard.press('Control+i')
  const importing = dialog(page, 'Import labels')
  await importing.getByLabel('File or folder', { exact: true }).fill(file)
  await page.keyboard.press('Enter')
  await expect(importing.getByRole('checkbox', { name: /Keep 1 suggestion from .*v7/ })).toBeChecked()
  await finishImport(importing, /1 suggestion was kept/)
  await expectCounts(page, 'beach', 0, 0)
  await image(page, 'red.jpg').dblclick()
  const suggested = page.locator('li[data-state="suggested"]').filter({ hasText: 'beach' })
  await expect(suggested).toContainText('97')
  await suggested.click()
  await page.keyboard.press('a')
  await page.keyboard.press('Escape')
  await expectCounts(page, 'beach', 1, 0)
})
