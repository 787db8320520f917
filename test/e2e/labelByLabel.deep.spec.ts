import { mkdtempSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { expectNoViolations } from './axe.ts'
import { expect, type Served, test } from './fixture.ts'

/** What the command line says is known of a label, by image. */
async function knownOf(served: Served, project: string, label: string): Promise<Map<string, string>> {
  const file = path.join(mkdtempSync(path.join(served.folder, 'known-')), 'known.csv')
  await served.surmise('export', project, file, '--format', 'csv')
  const lines = readFileSync(file, 'utf8').trim().split(/\r?\n/)
  return new Map(
    lines
      .map((line) => line.split(','))
      .filter((cells) => cells[1] === label)
      .map((cells) => [cells[0], cells[2]]),
  )
}

const said = (page: Page) =>
  page
    .locator('[data-page-image]')
    .evaluateAll((tiles) => tiles.map((tile) => [tile.dataset.pageImage ?? '', tile.dataset.said ?? ''] as const))

test('label by label, by the keyboard alone: cut, flip, leave open, confirm a screen, undo it', async ({
  app: page,
  served,
  trained,
}) => {
  await page.getByRole('button', { name: /^Open a project/ }).click()
  await page.getByRole('dialog').getByRole('textbox').fill(trained)
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-path]').first()).toBeVisible()
  const before = await knownOf(served, trained, 'flower')

  await page.keyboard.press('Control+k')
  await page.keyboard.type('label by label flower')
  await expect(page.getByRole('option').first()).toContainText('Label by label: flower')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Which images show “flower”?' })).toBeVisible()
  const list = page.getByRole('listbox', { name: 'Images that may show flower' })
  await expect(list).toBeFocused()
  await expect(list.getByRole('option').first()).toHaveAttribute('data-page-image', /./)
  await expect(page.getByText(`${60 - before.size} images undecided`)).toBeVisible()
  await expectNoViolations(page, 'label by label')

  // The cut goes where one puts it; single images go against it.
  const cut = page.getByLabel('Present/absent cutoff')
  const from = Number(await cut.inputValue())
  expect(from).toBeGreaterThan(4)
  for (let i = 0; i < 4; i++) await page.keyboard.press('[')
  await page.keyboard.press(']')
  await expect(cut).toHaveValue(String(from - 3))
  const shown = await said(page)
  expect(shown.filter(([, what]) => what === 'present')).toHaveLength(from - 3)
  await page.keyboard.press('Space')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('u')
  const [first, second] = shown
  await expect(list.getByRole('option').nth(0)).toHaveAttribute('data-said', 'absent')
  await expect(list.getByRole('option').nth(1)).toHaveAttribute('data-said', 'unknown')

  // Nothing is decided before the confirmation; then all of it, and the next screen is there.
  expect(await knownOf(served, trained, 'flower')).toEqual(before)
  const confirmed = await said(page)
  await page.keyboard.press('Enter')
  await expect(page.getByText('All saved')).toBeVisible()
  await expect(list.locator(`[data-page-image="${first[0]}"]`)).toHaveCount(0)
  await expect(page.getByText(/\d+ decided here, [\d,]+ per minute/)).toBeVisible()
  const after = await knownOf(served, trained, 'flower')
  expect(after.size).toBe(before.size + confirmed.length - 1)
  for (const [image, what] of confirmed) {
    expect(after.get(image), image).toBe(what === 'unknown' ? undefined : what)
  }
  expect(after.has(second[0])).toBe(false)

  // One undo takes the screen back, as it was left.
  await page.keyboard.press('Control+z')
  await expect(list.getByRole('option').nth(0)).toHaveAttribute('data-page-image', first[0])
  await expect(list.getByRole('option').nth(1)).toHaveAttribute('data-said', 'unknown')
  expect(await said(page)).toEqual(confirmed)
  expect(await knownOf(served, trained, 'flower')).toEqual(before)

  // By the pointer: a click flips, and dragging over others says the same of them.
  const tiles = list.getByRole('option')
  const boxes = await Promise.all([2, 3, 4].map(async (place) => (await tiles.nth(place).boundingBox())!))
  const was = confirmed[2][1]
  await page.mouse.move(boxes[0].x + 30, boxes[0].y + 60)
  await page.mouse.down()
  for (const { x, y } of boxes.slice(1)) await page.mouse.move(x + 30, y + 60, { steps: 4 })
  await page.mouse.up()
  for (const place of [2, 3, 4]) {
    await expect(tiles.nth(place)).toHaveAttribute('data-said', was === 'present' ? 'absent' : 'present')
  }

  // To the end: everything is decided, and there is a next label.
  await list.focus()
  for (let i = 0; i < 10 && (await list.count()) > 0; i++) {
    await page.keyboard.press('Enter')
    await expect(page.getByText('All saved')).toBeVisible()
  }
  await page.keyboard.press('Escape')
  await expect(page.getByRole('listbox', { name: 'Images', exact: true })).toBeVisible()
})
