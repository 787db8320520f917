import { readdirSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from './fixture.ts'
import { dialog, expectCounts, fromMenu, image, makePhotos, makeProject, openByPath } from './holiday.ts'

test('a new project from a folder; found again among the recent ones', async ({ app: page, served }) => {
  const photos = await makePhotos(served.folder)
  await page.getByRole('button', { name: 'New project from a folder' }).click()
  const making = dialog(page, 'New project')
  const images = making.getByLabel('Image folder', { exact: true })
  await expect(images).toBeFocused()

  // Through the folders: down into one, back up onto it, in again.
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  const browsing = dialog(page, 'Image folder')
  const list = browsing.getByRole('listbox', { name: 'Folders and files' })
  await expect(list).toBeFocused()
  await browsing.getByRole('option', { name: 'Pictures' }).waitFor()
  await page.keyboard.press('Enter')
  await browsing.getByRole('option', { name: 'holiday' }).waitFor()
  await page.keyboard.press('Backspace')
  await browsing.getByRole('option', { name: 'Pictures' }).waitFor()
  await page.keyboard.press('Enter')
  await browsing.getByRole('option', { name: 'holiday' }).waitFor()
  await page.keyboard.press('Enter')
  await expect(browsing.getByText('4 images here')).toBeVisible()
  await browsing.getByRole('button', { name: 'Use “holiday”' }).click()
  await expect(images).toHaveValue(photos)

  // The file follows the folder until somebody says otherwise.
  const file = making.getByLabel('Project file', { exact: true })
  await expect(file).toHaveValue(path.join(served.folder, 'Pictures', 'holiday.surmise'))
  await making.getByLabel('Labels').fill(' beach\n\nBoat\nboat\nsea\n')
  await expect(making.getByText('3 labels')).toBeVisible()

  // Closing by mistake, or a wrong place, loses nothing.
  await file.fill(path.join(served.folder, 'nowhere', 'x.surmise'))
  await making.getByRole('button', { name: 'Create project' }).click()
  await expect(making.getByRole('alert')).toContainText(/There is no folder .*nowhere.*Create it first/)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'New project from a folder' }).click()
  await expect(making.getByLabel('Labels')).toHaveValue(/sea/)

  const project = path.join(served.folder, 'Mine.surmise')
  await file.fill(project)
  await making.getByRole('button', { name: 'Create project' }).click()
  await expect(making).toBeHidden()
  await expect(page.getByText('4 images')).toBeVisible()
  for (const name of ['red.jpg', 'green.jpg', 'blue.jpg']) await expect(image(page, name)).toBeVisible()
  await expect(image(page, 'torn.jpg')).toContainText('isn’t an image')
  for (const name of ['beach', 'Boat', 'sea']) await expectCounts(page, name, 0, 0)

  await fromMenu(page, /Close project/)
  await page.getByRole('button', { name: /^Mine / }).click()
  await expect(image(page, 'red.jpg')).toBeVisible()
  await fromMenu(page, /Close project/)

  // Gone from the disk: said, not hidden, and easy to get rid of.
  renameSync(project, path.join(served.folder, 'Elsewhere.surmise'))
  await page.reload()
  await expect(page.getByRole('button', { name: /^Mine .*not found/ })).toBeVisible()
  await page.getByRole('button', { name: /^Mine .*not found/ }).click()
  await expect(page.getByRole('alert')).toContainText('Mine.surmise')
  await page.getByRole('button', { name: 'Remove Mine from the list' }).click()
  await expect(page.getByText('Projects you open appear here.')).toBeVisible()
})

test('a path that leads nowhere, and a file that is no project, get a sentence and a way out', async ({
  app: page,
  served,
}) => {
  const opening = dialog(page, 'Open a project')
  await openByPath(page, path.join(served.folder, 'none.surmise'))
  await expect(opening.getByRole('alert')).toContainText(/none\.surmise/)
  const text = path.join(served.folder, 'text.surmise')
  writeFileSync(text, 'Dear diary')
  await opening.getByLabel('Project file', { exact: true }).fill(text)
  await page.keyboard.press('Enter')
  await expect(opening.getByRole('alert')).toContainText(/isn’t a Surmise project.*Choose a file/)
  await opening.getByLabel('Project file', { exact: true }).fill('text.surmise')
  await page.keyboard.press('Enter')
  await expect(opening.getByRole('alert')).toContainText(/isn’t a full path/)
})

test('the sample can be stopped while it is drawn, and leaves nothing behind', async ({ app: page, served }) => {
  const sample = page.getByRole('button', { name: 'Try the sample' })
  await sample.click()
  const progress = page.getByRole('progressbar', { name: 'Draw the sample' })
  await expect(progress).toBeVisible()
  await expect(sample).toBeDisabled()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(progress).toBeHidden()
  await expect(sample).toBeEnabled()
  await expect(page.getByRole('alert')).toHaveCount(0)
  expect(readdirSync(served.folder).filter((name) => !name.startsWith('.'))).toEqual([])
})

test('the folder of images has moved: found again, with every label', async ({ app: page, served }) => {
  const project = await makeProject(served)
  const moved = path.join(served.folder, 'Pictures', 'moved')
  renameSync(path.join(served.folder, 'Pictures', 'holiday'), moved)
  await openByPath(page, project)
  await page.getByRole('alert').getByRole('button', { name: 'Relocate image folder…' }).click()
  const finding = dialog(page, 'Image folder')
  await finding.getByLabel('Image folder', { exact: true }).fill(path.join(served.folder, 'nowhere'))
  await page.keyboard.press('Enter')
  await expect(finding.getByRole('alert')).toContainText(/no image folder.*Choose the folder/)
  await finding.getByLabel('Image folder', { exact: true }).fill(moved)
  await page.keyboard.press('Enter')
  await expect(finding).toBeHidden()
  await expect(page.getByText('The image folder isn’t where it was.')).toBeHidden()
  await expect(image(page, 'red.jpg').locator('img')).toBeVisible()
})
