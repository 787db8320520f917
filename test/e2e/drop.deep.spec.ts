import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { expectNoViolations } from './axe.ts'
import { expect, test } from './fixture.ts'

/** As the system hands them to the browser: files and folders that are there. */
async function drop(page: Page, ...files: string[]): Promise<void> {
  const line = await page.context().newCDPSession(page)
  const at = { x: 640, y: 400, data: { items: [], files, dragOperationsMask: 1 } }
  await line.send('Input.dispatchDragEvent', { type: 'dragEnter', ...at })
  await line.send('Input.dispatchDragEvent', { type: 'dragOver', ...at })
  await expect(page.getByText(/^Drop (a folder of images, or a project|labels to import)/)).toBeVisible()
  // Over another element than it was held over: what is under the pointer may change in between.
  await line.send('Input.dispatchDragEvent', { type: 'drop', ...at, y: 2 })
  await expect(page.getByText(/^Drop (a folder of images, or a project|labels to import)/)).toBeHidden()
  await line.detach()
}

test('a folder, a project and other things dropped on the start screen', async ({ app: page, served, sample }) => {
  const images = path.join(path.dirname(sample), 'images')
  await drop(page, images)
  const making = page.getByRole('dialog', { name: 'New project' })
  await expect(making.getByRole('status').first()).toContainText('Browsers don’t say where “images” is')
  await expectNoViolations(page, 'a new project of what was dropped', '[role=dialog]')
  await making.getByLabel('Image folder', { exact: true }).fill(images)

  // A dialog that is open takes what is dropped next; asked for by itself, it is as always.
  await drop(page, sample)
  const opening = page.getByRole('dialog', { name: 'Open a project' })
  await expect(opening.getByRole('status')).toContainText('where “Sample.surmise” is')
  await expect(opening.getByLabel('Project file', { exact: true })).toHaveValue('')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Open a project' }).click()
  await expect(opening.getByRole('status')).toHaveCount(0)
  await opening.getByLabel('Project file', { exact: true }).fill(sample)
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-path]').first()).toBeVisible()

  // It is among the recent ones now: dropped again, it is found.
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: /^Close project/ }).click()
  await expect(page.getByRole('button', { name: 'Try the sample' })).toBeVisible()
  await drop(page, sample)
  await expect(opening.getByLabel('Project file', { exact: true })).toHaveValue(sample)
  await page.keyboard.press('Escape')

  const letter = path.join(served.folder, 'letter.pdf')
  writeFileSync(letter, '%PDF')
  await drop(page, letter)
  await expect(page.getByText('Surmise can’t use “letter.pdf”.')).toBeVisible()
  await drop(page, path.join(images, '001.jpg'), path.join(images, '002.jpg'))
  await expect(page.getByText('Images can’t be dropped one by one.')).toBeVisible()
  const marks = path.join(served.folder, 'marks.csv')
  writeFileSync(marks, 'image,label,value\n001.jpg,cloud,present\n')
  await drop(page, marks)
  await expect(
    page.getByText('“marks.csv” may contain labels, but no project is open to import them into.'),
  ).toBeVisible()
})

test('labels dropped into an open project are looked at before they are imported', async ({
  app: page,
  served,
  sample,
}) => {
  await page.getByRole('button', { name: 'Open a project' }).click()
  await page.getByLabel('Project file', { exact: true }).fill(sample)
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-path]').first()).toBeVisible()
  const marks = path.join(served.folder, 'marks.csv')
  const names = Array.from({ length: 40 }, (_, at) => `${String(at + 1).padStart(3, '0')}.jpg`)
  writeFileSync(marks, `image,label,value\n${names.map((name) => `${name},lighthouse,absent\n`).join('')}`)
  await drop(page, marks)
  const importing = page.getByRole('dialog', { name: 'Import labels' })
  await expect(importing.getByText('40 new marks')).toBeVisible()
  await importing.getByRole('button', { name: 'Import', exact: true }).click()
  await expect(importing.getByRole('status')).toContainText('40 marks and 1 new label')
  await importing.getByRole('button', { name: 'Done' }).click()
  await expect(page.getByRole('complementary', { name: 'Labels' }).getByText('lighthouse')).toBeVisible()

  // One that says something else than its name.
  const wrong = path.join(served.folder, 'wrong.json')
  writeFileSync(wrong, readFileSync(path.join(path.dirname(sample), 'images', '001.jpg')))
  await drop(page, wrong)
  await expect(importing.getByRole('alert')).toBeVisible()
  await page.keyboard.press('Escape')

  const folder = path.join(served.folder, 'annotations')
  mkdirSync(folder)
  await drop(page, folder)
  await expect(importing.getByRole('status')).toContainText('New projects start on the start screen')
  await page.keyboard.press('Escape')
  await drop(page, path.join(path.dirname(sample), 'images', '001.jpg'))
  await expect(page.getByText('Put images into this project’s folder')).toBeVisible()
})
