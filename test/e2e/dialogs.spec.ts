import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Locator, Page } from '@playwright/test'
import { expect, test } from './fixture.ts'
import { dialog, expectCounts, image, labelLine, makePhotos, makeProject, openByPath, openMade } from './holiday.ts'

async function fromMenu(page: Page, entry: RegExp): Promise<void> {
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: entry }).click()
}

async function chooseImportFile(page: Page, file: string): Promise<Locator> {
  await page.keyboard.press('Control+i')
  const importing = dialog(page, 'Import labels')
  await importing.getByLabel('File or folder', { exact: true }).fill(file)
  await importing.getByRole('button', { name: 'Read', exact: true }).click()
  return importing
}

test('a new project from a folder, by keyboard; found again among the recent ones', async ({ app: page, served }) => {
  const photos = await makePhotos(served.folder)
  await page.getByRole('button', { name: 'New project from a folder' }).click()
  const making = dialog(page, 'New project')
  const images = making.getByLabel('Folder of images', { exact: true })
  await expect(images).toBeFocused()

  // Through the folders: down into one, back up onto it, in again.
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  const browsing = dialog(page, 'Folder of images')
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
  await expect(making.getByRole('alert')).toContainText(/There is no folder .*nowhere.*Make it first/)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'New project from a folder' }).click()
  await expect(making.getByLabel('Labels')).toHaveValue(/sea/)

  const project = path.join(served.folder, 'Mine.surmise')
  await file.fill(project)
  await making.getByRole('button', { name: 'Create project' }).click()
  await expect(making).toBeHidden()
  await expect(page.getByText('4 images')).toBeVisible()
  for (const name of ['red.jpg', 'green.jpg', 'blue.jpg']) await expect(image(page, name)).toBeVisible()
  await expect(image(page, 'torn.jpg')).toContainText('not an image')
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
  await expect(page.getByText('Projects that you open are listed here.')).toBeVisible()
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
  await expect(opening.getByRole('alert')).toContainText(/not a Surmise project.*Choose a file/)
  await opening.getByLabel('Project file', { exact: true }).fill('text.surmise')
  await page.keyboard.press('Enter')
  await expect(opening.getByRole('alert')).toContainText(/not a whole path/)
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

test('labels: a colour and a key of its own, renamed, removed with its marks, brought back', async ({
  app: page,
  served,
}) => {
  await openMade(page, served)
  const fresh = dialog(page, 'New label')
  await page.getByRole('button', { name: 'Add a label' }).click()
  await fresh.getByLabel('Name').fill('kite')
  await fresh.getByRole('radio', { name: 'Teal' }).check()
  // A key that the application needs is refused before anything is sent.
  await fresh.getByLabel('Key').fill('a')
  await expect(fresh.getByText('This key is “Accept the suggestion”')).toBeVisible()
  await expect(fresh.getByRole('button', { name: 'Add', exact: true })).toBeDisabled()
  await fresh.getByLabel('Key').fill('9')
  await fresh.getByRole('button', { name: 'Add another' }).click()
  await expectCounts(page, 'kite', 0, 0)
  await expect(fresh.getByLabel('Name')).toBeFocused()
  await fresh.getByLabel('Name').fill('KITE')
  await page.keyboard.press('Enter')
  await expect(fresh.getByRole('alert')).toContainText(/already.*Choose another name/)
  await fresh.getByLabel('Name').fill('sail')
  await fresh.getByLabel('Key').fill('9')
  await page.keyboard.press('Enter')
  await expect(fresh.getByRole('alert')).toContainText(/9 sets the label “kite”/)
  await fresh.getByRole('button', { name: 'Cancel' }).click()

  // Its key marks it in the selection.
  await image(page, 'red.jpg').click({ modifiers: ['ControlOrMeta'] })
  await page.keyboard.press('9')
  await expectCounts(page, 'kite', 1, 0)

  const editing = dialog(page, 'Label')
  await page.getByRole('button', { name: 'Edit kite' }).click()
  await expect(editing.getByRole('radio', { name: 'Teal' })).toBeChecked()
  await editing.getByLabel('Name').fill('dragon')
  await page.keyboard.press('Enter')
  await expectCounts(page, 'dragon', 1, 0)
  await page.getByRole('button', { name: 'Edit dragon' }).click()
  await editing.getByRole('button', { name: 'Remove label' }).click()
  await expect(editing.getByRole('alert')).toContainText('takes 1 mark with it')
  await editing.getByRole('button', { name: 'Remove label' }).click()
  await expect(labelLine(page, 'dragon')).toBeHidden()
  await page.keyboard.press('Control+z')
  await expectCounts(page, 'dragon', 1, 0)
})

test('import: what a file would do, what is done, and what is left open', async ({ app: page, served }) => {
  await openMade(page, served)
  const first = path.join(served.folder, 'first.csv')
  writeFileSync(
    first,
    'image,label,value\nred.jpg,beach,present\ngreen.jpg,beach,absent\nred.jpg,kite,present\ngone.jpg,boat,present\nblue.jpg,boat,maybe\n',
  )
  const importing = await chooseImportFile(page, first)
  await expect(importing.getByText('2 of 3 images of the file are in this project.')).toBeVisible()
  await expect(importing.getByText('3 marks are new')).toBeVisible()
  await expect(importing.getByRole('row', { name: /kite/ })).toContainText('new')
  await expect(importing.getByText(/neither present nor absent/)).toBeVisible()
  await expect(importing.getByRole('radio')).toHaveCount(0)
  // Looking at it has changed nothing.
  await expectCounts(page, 'beach', 0, 0)
  await importing.getByRole('button', { name: 'Import', exact: true }).click()
  await expect(importing.getByText('Imported: 3 marks and 1 new label.')).toBeVisible()
  await importing.getByRole('button', { name: 'Done' }).click()
  await expectCounts(page, 'beach', 1, 1)
  await expectCounts(page, 'kite', 1, 0)

  // The second file disagrees: what is here stays, unless told otherwise.
  const second = path.join(served.folder, 'second.csv')
  writeFileSync(second, 'image,label,value\nred.jpg,beach,absent\ngreen.jpg,beach,absent\n')
  await chooseImportFile(page, second)
  await expect(importing.getByText('1 says the opposite of a mark here')).toBeVisible()
  await expect(importing.getByRole('radio', { name: 'Keep what this project says' })).toBeChecked()
  await expect(importing.getByRole('button', { name: 'Import', exact: true })).toBeDisabled()
  await importing.getByRole('radio', { name: 'Take what the file says' }).check()
  await importing.getByRole('button', { name: 'Import', exact: true }).click()
  await importing.getByRole('button', { name: 'Done' }).click()
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
  await expect(importing.getByRole('group', { name: /does not say what is absent/ })).toBeVisible()
  await expect(importing.getByRole('radio', { name: /^Unknown/ })).toBeChecked()
  await importing.getByRole('radio', { name: /^Absent/ }).check()
  await importing.getByRole('button', { name: 'Import', exact: true }).click()
  await importing.getByRole('button', { name: 'Done' }).click()
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

  await page.keyboard.press('Control+e')
  const exporting = dialog(page, 'Export')
  const place = exporting.getByLabel('Where to', { exact: true })
  await expect(place).toHaveValue(path.join(served.folder, 'Holiday.json'))
  await exporting.getByLabel('Format').selectOption('csv')
  await expect(place).toHaveValue(path.join(served.folder, 'Holiday.csv'))
  await exporting.getByRole('button', { name: 'Export', exact: true }).click()
  const exported = dialog(page, 'Exported')
  await expect(exported.getByText('Holiday.csv')).toBeVisible()
  await exported.getByRole('button', { name: 'Done' }).click()
  expect(readFileSync(path.join(served.folder, 'Holiday.csv'), 'utf8').trim().split(/\r?\n/)).toEqual([
    'image,label,value',
    'red.jpg,beach,present',
  ])

  // A name chosen in the dialog: there is one of it already.
  await page.keyboard.press('Control+e')
  await exporting.getByLabel('Format').selectOption('csv')
  await exporting.getByRole('button', { name: 'Choose … Where to' }).click()
  const browsing = dialog(page, 'Where to')
  await expect(browsing.getByText('There is a file of this name already.')).toBeVisible()
  await browsing.getByLabel('File name').fill('other')
  await page.keyboard.press('Enter')
  await expect(place).toHaveValue(path.join(served.folder, 'other.csv'))
  await exporting.getByLabel('Format').selectOption('coco')
  await exporting.getByRole('button', { name: 'Export', exact: true }).click()
  await expect(exported.getByText('3 images, 1 present, 0 absent.')).toBeVisible()
  await expect(exported.getByText(/can’t be read/)).toBeVisible()
})

test('the folder of images has moved: found again, with every label', async ({ app: page, served }) => {
  const project = await makeProject(served)
  const moved = path.join(served.folder, 'Pictures', 'moved')
  renameSync(path.join(served.folder, 'Pictures', 'holiday'), moved)
  await openByPath(page, project)
  await page.getByRole('alert').getByRole('button', { name: 'Find the folder …' }).click()
  const finding = dialog(page, 'Folder of images')
  await finding.getByLabel('Folder of images', { exact: true }).fill(path.join(served.folder, 'nowhere'))
  await page.keyboard.press('Enter')
  await expect(finding.getByRole('alert')).toContainText(/no folder of images.*Choose the folder/)
  await finding.getByLabel('Folder of images', { exact: true }).fill(moved)
  await page.keyboard.press('Enter')
  await expect(finding).toBeHidden()
  await expect(page.getByText('The folder of images is not where it was.')).toBeHidden()
  await expect(image(page, 'red.jpg').locator('img')).toBeVisible()
})

test('settings: the appearance at once and for good, the project’s own when saved', async ({ app: page, served }) => {
  await openMade(page, served)
  await page.keyboard.press('Control+,')
  const settings = dialog(page, 'Settings')
  await settings.getByRole('radio', { name: 'Dark' }).check()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await settings.getByLabel('Your name').fill('Ann')
  await settings.getByLabel('Backbone', { exact: true }).fill(path.join(served.folder, 'none.onnx'))
  await settings.getByRole('button', { name: 'Save' }).click()
  await expect(settings.getByRole('alert')).toContainText('none.onnx')
  await settings.getByLabel('Backbone', { exact: true }).fill('')
  // How images are looked at, with what each way costs and brings.
  const mirrored = settings.getByRole('radio', { name: /^Mirrored, too Twice the time/ })
  await expect(settings.getByRole('radio', { name: /^As it is/ })).toBeChecked()
  await mirrored.check()
  await expect(settings.getByText('every image is looked at anew')).toBeVisible()
  await settings.getByRole('button', { name: 'Save' }).click()
  await expect(settings).toBeHidden()

  await page.reload()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await expect(image(page, 'red.jpg')).toBeVisible()
  await page.keyboard.press('Control+,')
  await expect(settings.getByLabel('Your name')).toHaveValue('Ann')
  await expect(settings.getByLabel('Backbone', { exact: true })).toHaveValue('')
  await expect(mirrored).toBeChecked()
})

/** In both themes; the application follows the system's. */
async function expectAccessible(page: Page, where: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme)
    // What lies behind a dialog is out of reach, and has been looked at before.
    const front = (await page.getByRole('dialog').count()) > 0 ? '[role=dialog]' : 'html'
    const { violations } = await new AxeBuilder({ page }).include(front).setLegacyMode().analyze()
    const said = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' | ')}`)
    expect(said, `${where}, ${colorScheme}`).toEqual([])
  }
}

test('the start screen and every dialog are accessible, light and dark', async ({ app: page, served }) => {
  const project = await makeProject(served)
  await expect(page.getByRole('heading', { name: 'Surmise' })).toBeVisible()
  await expectAccessible(page, 'start')
  for (const [button, name] of [
    ['New project from a folder', 'New project'],
    ['Open a project', 'Open a project'],
  ]) {
    await page.getByRole('button', { name: button }).click()
    await expect(dialog(page, name)).toBeVisible()
    await expectAccessible(page, name)
    await page
      .getByRole('button', { name: /^Choose … / })
      .first()
      .click()
    await expect(page.getByRole('listbox')).toBeVisible()
    await expectAccessible(page, `${name}, browsing`)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
  }
  await openByPath(page, `${project}.not`)
  await expect(page.getByRole('alert')).toBeVisible()
  await expectAccessible(page, 'an error')
  await page.keyboard.press('Escape')
  await openByPath(page, project)
  await expect(image(page, 'red.jpg')).toBeVisible()

  for (const [key, name] of [
    ['Control+,', 'Settings'],
    ['?', 'Keys'],
    ['Control+e', 'Export'],
    ['Control+i', 'Import labels'],
  ]) {
    await page.keyboard.press(key)
    await expect(dialog(page, name)).toBeVisible()
    await expectAccessible(page, name)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
  }
  await page.getByRole('button', { name: 'Edit beach' }).click()
  await expect(dialog(page, 'Label')).toBeVisible()
  await expectAccessible(page, 'label')
  await page.keyboard.press('Escape')

  const file = path.join(served.folder, 'some.csv')
  writeFileSync(
    file,
    'image,label,value\nred.jpg,beach,present\nred.jpg,kite,absent\ngone.jpg,boat,present\nred.jpg,boat,so\n',
  )
  const importing = await chooseImportFile(page, file)
  await expect(importing.getByRole('table')).toBeVisible()
  await expectAccessible(page, 'import preview')
  await page.keyboard.press('Escape')

  await fromMenu(page, /Find the folder/)
  await expect(dialog(page, 'Folder of images')).toBeVisible()
  await expectAccessible(page, 'relocate')
})
