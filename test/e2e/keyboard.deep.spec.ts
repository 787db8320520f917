import { mkdtempSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { expect, type Served, test } from './fixture.ts'
import { choose, computing, enter, openProject, tabTo, withoutPointer } from './hands.ts'
import { dialog, makePhotos } from './holiday.ts'

const label = (page: Page, name: string): Locator => page.locator(`li[data-label="${name}"]`)
const suggested = (page: Page): Locator => page.locator('li[data-state="suggested"]')
const focused = (page: Page): Locator => page.locator('li[data-label][aria-current]')
const images = (page: Page): Locator => page.getByRole('listbox', { name: 'Images', exact: true })
const saved = (page: Page) => expect(page.getByText('All saved')).toBeVisible()

/** Exports with the keyboard. @returns what the file says: image,label → present or absent */
async function exportByKeys(page: Page, { folder }: Served): Promise<Map<string, string>> {
  const file = path.join(mkdtempSync(path.join(folder, 'out-')), 'labels.csv')
  await page.keyboard.press('Control+e')
  const exporting = dialog(page, 'Export')
  await choose(page, exporting.getByLabel('Format'), 'CSV')
  await tabTo(page, exporting.getByLabel('Save to', { exact: true }))
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(file)
  await page.keyboard.press('Enter')
  await enter(page, dialog(page, 'Exported').getByRole('button', { name: 'Done' }))
  await expect(page.getByRole('dialog')).toHaveCount(0)
  const [, ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/)
  return new Map(lines.map((line) => [line.split(',').slice(0, 2).join(), line.split(',')[2]]))
}

/** Presses a key on the label that is under the keyboard. @returns which, what was suggested for it, and what it is then */
async function decide(page: Page, key: string): Promise<{ name: string; said: string; state: string }> {
  // At once: what is known of an image moves its other suggestions.
  const { name, said } = await focused(page).evaluate(({ dataset, textContent }) => ({
    name: dataset.label ?? '',
    said: textContent?.includes('present?') ? 'present' : 'absent',
  }))
  await page.keyboard.press(key)
  await expect(label(page, name)).toHaveAttribute('data-state', /present|absent/)
  await saved(page)
  return { name, said, state: (await label(page, name).getAttribute('data-state')) ?? '' }
}

test('image by image without a pointer: mark, fine-tune, accept and reject, undo, history, export', async ({
  served,
  page,
  sample,
}) => {
  const noPointer = await withoutPointer(page)
  await page.goto(served.url)
  await openProject(page, sample)
  await expect(images(page)).toBeFocused()

  // Marked by its key, by typing its name, and by going down to it.
  await page.keyboard.press('Enter')
  await expect(page.locator('li[data-state="unknown"]').first()).toBeVisible()
  const first = (await page.locator('h2').textContent()) ?? ''
  const names = await page
    .locator('li[data-state="unknown"]')
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-label') ?? ''))
  const [byKey, byName] = names
  await page.keyboard.press(((await label(page, byKey).locator('kbd').textContent()) ?? '').toLowerCase())
  await expect(label(page, byKey)).toHaveAttribute('data-state', 'present')
  await page.keyboard.press('/')
  await page.keyboard.type(byName)
  await page.keyboard.press('Shift+Enter')
  await expect(label(page, byName)).toHaveAttribute('data-state', 'absent')
  await page.keyboard.press('Escape')
  await saved(page)

  // Trained while one goes on; what is suggested is shown by a key.
  await page.keyboard.press('Control+Enter')
  const panel = page.getByRole('complementary', { name: 'Training' })
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await expect(page.getByLabel('Go to image, 1 to 300')).toHaveValue('3')
  await expect(panel.getByRole('button', { name: 'Show suggestions' })).toBeVisible(computing)
  await page.keyboard.press('Control+Shift+Enter')
  await expect(images(page)).toBeFocused()
  await expect(page.getByRole('button', { name: 'Has suggestions' })).toHaveAttribute('aria-pressed', 'true')

  // Accept, reject, pass over, on to the next one.
  await page.keyboard.press('Enter')
  await expect(suggested(page).first()).toBeVisible()
  const image = (await page.locator('h2').textContent()) ?? ''
  const accepted = await decide(page, 'a')
  expect(accepted.state).toBe(accepted.said)
  const rejected = await decide(page, 'x')
  expect(rejected.state).toBe(rejected.said === 'present' ? 'absent' : 'present')
  const passed = (await focused(page).getAttribute('data-label')) ?? ''
  await page.keyboard.press('Space')
  await expect(label(page, passed)).not.toHaveAttribute('aria-current', 'true')
  await expect(label(page, passed)).toHaveAttribute('data-state', 'suggested')
  await page.keyboard.press('ArrowRight')
  await expect(page.locator('h2')).not.toHaveText(image)
  await expect(focused(page)).toBeVisible()
  const other = (await page.locator('h2').textContent()) ?? ''
  const takenBack = await decide(page, 'a')

  // Undone, done again and undone across images; then back by the history.
  await page.keyboard.press('Control+z')
  await expect(label(page, takenBack.name)).toHaveAttribute('data-state', 'suggested')
  await page.keyboard.press('Control+Shift+z')
  await expect(label(page, takenBack.name)).toHaveAttribute('data-state', takenBack.state)
  await page.keyboard.press('Control+h')
  const history = dialog(page, 'History')
  await enter(page, history.getByRole('listitem').nth(1).getByRole('button', { name: 'Undo to here' }))
  await expect(history.getByRole('listitem').nth(1)).toContainText('you are here')
  await expect(page.getByText('1 action undone.')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(history).toHaveCount(0)

  const exported = await exportByKeys(page, served)
  expect(exported.get(`${first},${byKey}`)).toBe('present')
  expect(exported.get(`${first},${byName}`)).toBe('absent')
  expect(exported.get(`${image},${accepted.name}`)).toBe(accepted.state)
  expect(exported.get(`${image},${rejected.name}`)).toBe(rejected.state)
  expect(exported.has(`${image},${passed}`)).toBe(false)
  expect(exported.has(`${other},${takenBack.name}`)).toBe(false)
  await noPointer()
})

test('label by label without a pointer: cut, flip, leave open, confirm, the next label, undo, export', async ({
  served,
  page,
  trained,
}) => {
  const noPointer = await withoutPointer(page)
  await page.goto(served.url)
  await openProject(page, trained)
  const before = await exportByKeys(page, served)

  await page.keyboard.press('v')
  const list = page.getByRole('listbox', { name: /^Images that may show / })
  await expect(list).toBeFocused()
  await expect(list.getByRole('option').first()).toHaveAttribute('data-page-image', /./)
  const asked = /show (.+)$/.exec((await list.getAttribute('aria-label')) ?? '')![1]
  await page.keyboard.press(']')
  await page.keyboard.press('End')
  await page.keyboard.press('Space')
  await page.keyboard.press('Home')
  await page.keyboard.press('u')
  const screen = await list
    .getByRole('option')
    .evaluateAll((tiles) => tiles.map((tile) => [tile.dataset.pageImage ?? '', tile.dataset.said ?? '']))
  expect(screen[0][1]).toBe('unknown')
  await page.keyboard.press('Enter')
  await expect(page.getByText(/\d+ decided here/)).toBeVisible()
  await saved(page)
  const expected = new Map(before)
  for (const [image, what] of screen) if (what !== 'unknown') expected.set(`${image},${asked}`, what)

  // Another label, chosen with the keyboard; its screen is undone and done again.
  const choice = page.getByLabel('Label', { exact: true })
  await tabTo(page, choice, 'Shift+Tab')
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('heading', { name: `Which images show “${asked}”?` })).toHaveCount(0)
  const other = /“(.+)”/.exec(
    (await page.getByRole('heading', { name: /^Which images show “/ }).textContent()) ?? '',
  )![1]
  await expect(list.getByRole('option').first()).toHaveAttribute('data-page-image', /./)
  await tabTo(page, list)
  const second = await list
    .getByRole('option')
    .evaluateAll((tiles) => tiles.map((tile) => [tile.dataset.pageImage ?? '', tile.dataset.said ?? '']))
  await page.keyboard.press('Enter')
  await expect(list.locator(`[data-page-image="${second[0][0]}"]`)).toHaveCount(0)
  await saved(page)
  await page.keyboard.press('Control+z')
  await expect(list.getByRole('option').first()).toHaveAttribute('data-page-image', second[0][0])
  await page.keyboard.press('Control+Shift+z')
  await expect(list.locator(`[data-page-image="${second[0][0]}"]`)).toHaveCount(0)
  for (const [image, what] of second) if (what !== 'unknown') expected.set(`${image},${other}`, what)
  await page.keyboard.press('Escape')
  await expect(images(page)).toBeFocused()

  const after = await exportByKeys(page, served)
  expect([...after].sort()).toEqual([...expected].sort())
  await noPointer()
})

test('from a folder without a pointer: browse to it, name labels, mark a selection, find an image, export', async ({
  served,
  page,
}) => {
  const photos = await makePhotos(served.folder)
  const noPointer = await withoutPointer(page)
  await page.goto(served.url)
  await enter(page, page.getByRole('button', { name: 'New project from a folder' }))
  const making = dialog(page, 'New project')
  await expect(making.getByLabel('Image folder', { exact: true })).toBeFocused()
  await enter(page, making.getByRole('button', { name: 'Choose… Image folder' }))
  const browsing = dialog(page, 'Image folder')
  for (const name of ['Pictures', 'holiday']) {
    await browsing.getByRole('option', { name }).waitFor()
    await page.keyboard.press('Enter')
  }
  await enter(page, browsing.getByRole('button', { name: 'Use “holiday”' }))
  await expect(browsing).toHaveCount(0)
  await expect(making.getByLabel('Image folder', { exact: true })).toHaveValue(photos)
  // The keyboard is where it was before the folder was chosen.
  await expect(making.getByRole('button', { name: 'Choose… Image folder' })).toBeFocused()
  await tabTo(page, making.getByLabel('Labels'))
  await page.keyboard.insertText('beach\nboat\n')
  await enter(page, making.getByRole('button', { name: 'Create project' }))
  await expect(page.locator('[data-path="red.jpg"] img')).toBeVisible()
  await expect(images(page)).toBeFocused()

  // The first two by a range, the third by going there.
  await page.keyboard.press('Shift+ArrowRight')
  await expect(page.getByText('2 selected')).toBeVisible()
  await page.keyboard.press('1')
  await saved(page)
  await page.keyboard.press('Escape')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Space')
  await page.keyboard.press('Shift+2')
  await saved(page)
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+y')
  await page.keyboard.press('Escape')

  await page.keyboard.press('/')
  await page.keyboard.type('green')
  await expect(page.getByText('1 of 4 images')).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(images(page)).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.locator('h2')).toHaveText('green.jpg')
  await page.keyboard.press('r')
  await saved(page)
  expect([...(await exportByKeys(page, served))].sort()).toEqual([
    ['blue.jpg,beach', 'present'],
    ['green.jpg,beach', 'present'],
    ['green.jpg,boat', 'absent'],
    ['red.jpg,boat', 'absent'],
  ])
  await noPointer()
})
