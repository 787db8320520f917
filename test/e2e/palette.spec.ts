import type { Page } from '@playwright/test'
import { expectNoViolations } from './axe.ts'
import { expect, test } from './fixture.ts'
import { whileAway } from './quiet.ts'

// The application is started anew in between.
test.use({ expectedErrors: [whileAway] })

const palette = (page: Page) => page.getByRole('dialog', { name: 'Commands' })

/** Opens the palette, types, and does what comes first. */
async function command(page: Page, typed: string, first: string | RegExp): Promise<void> {
  await page.keyboard.press('Control+k')
  await expect(palette(page).getByRole('combobox')).toBeFocused()
  await page.keyboard.type(typed)
  await expect(palette(page).getByRole('option').first()).toContainText(first)
  await page.keyboard.press('Enter')
  await expect(palette(page)).toHaveCount(0)
}

test('everything is found by typing: commands, labels, orders, from the start screen on', async ({
  app: page,
  trained,
}) => {
  // Nothing is open: what needs a project says so, and does nothing.
  await page.keyboard.press('Control+k')
  await page.keyboard.type('export')
  const first = palette(page).getByRole('option').first()
  await expect(first).toHaveAttribute('aria-disabled', 'true')
  await expect(first).toContainText('Open a project first.')
  // It looks as it is: fainter than what can be done.
  const opacityOf = (name: string) =>
    palette(page)
      .getByRole('option')
      .filter({ hasText: name })
      .first()
      .locator('span')
      .first()
      .evaluate((element) => {
        const page = globalThis as unknown as { getComputedStyle(of: unknown): { opacity: string } }
        return Number(page.getComputedStyle(element).opacity)
      })
  await expect.poll(() => opacityOf('Export')).toBeLessThan(0.8)
  await page.keyboard.press('Enter')
  await expect(palette(page)).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(palette(page)).toHaveCount(0)

  await command(page, 'open pro', 'Open a project')
  await page.getByRole('dialog').getByRole('textbox').fill(trained)
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-path]').first()).toBeVisible()

  // Each says what stands in its way.
  await page.keyboard.press('Control+k')
  for (const [typed, reason] of [
    ['zoom in', 'Open an image first.'],
    ['redo', 'Nothing to redo.'],
    ['training', 'Nothing has been trained since the project was opened.'],
  ]) {
    await page.keyboard.insertText(typed)
    const option = palette(page).getByRole('option', { disabled: true }).first()
    await expect(option).toContainText(reason)
    await page.keyboard.press('Control+a')
  }
  await page.keyboard.press('Escape')
  await expect(palette(page)).toHaveCount(0)
  await page.keyboard.press('Control+k')
  await expect(palette(page).getByRole('option').first()).toHaveAttribute('data-highlighted')
  await expectNoViolations(page, 'palette')
  await page.keyboard.type('xyzxyz')
  await expect(palette(page)).toContainText('No matches.')
  await page.keyboard.press('Escape')

  // A label: shown, then marked in the open image, with a key that the typed word does not touch.
  await command(page, 'dog unkn', 'Show images: dog unknown')
  await expect(page.getByRole('button', { name: 'Remove the filter: dog: unknown' })).toBeVisible()
  await page.getByRole('listbox', { name: 'Images' }).focus()
  await page.keyboard.press('Enter')
  const dog = page.locator('li[data-label="dog"]')
  await expect(dog).toBeVisible()
  await command(page, 'dog pres', 'dog: present')
  await expect(dog).toHaveAttribute('data-state', 'present')
  await page.keyboard.press('Control+z')
  await expect(dog).not.toHaveAttribute('data-state', 'present')

  // From a field, too; what was done last comes first.
  await page.keyboard.press('/')
  await expect(page.getByLabel('Find a label')).toBeFocused()
  await command(page, 'model', 'Model')
  await expect(page.getByRole('heading', { name: 'Reliability' })).toBeVisible()
  await command(page, 'possible mistakes', 'Possible mistakes first')
  await expect(page.getByLabel('Sort', { exact: true })).toHaveValue('mistakes')
  await page.keyboard.press('Control+k')
  await expect(palette(page).getByRole('option').first()).toContainText('Possible mistakes first')
  await page.keyboard.press('Escape')
  await command(page, 'appearance dark', 'Dark')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await command(page, 'close', 'Close project')
  await expect(page.getByRole('button', { name: /^Open a project/ })).toBeVisible()
})

test('a key of one’s own: clashes are refused or taken over; it holds after a restart', async ({
  app: page,
  trained,
}) => {
  const open = async () => {
    await page.getByRole('button', { name: /^Open a project/ }).click()
    await page.getByRole('dialog').getByRole('textbox').fill(trained)
    await page.keyboard.press('Enter')
    await expect(page.locator('[data-path]').first()).toBeVisible()
  }
  await open()
  await page.keyboard.press('?')
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  const keyOf = (id: string) => sheet.locator(`[data-action="${id}"]`)
  const change = async (id: string, key: string) => {
    await keyOf(id).focus()
    await page.keyboard.press('Enter')
    await expect(keyOf(id)).toContainText('Press a key…')
    await page.keyboard.press(key)
  }
  await expect(keyOf('models')).toContainText('Ctrl .')
  await change('models', 'Escape')
  await expect(keyOf('models')).toContainText('Ctrl .')
  await change('models', 'Control+w')
  await expect(sheet.getByRole('alert')).toContainText('Ctrl W is reserved by the browser')
  await change('models', 'Control+m')
  await expect(keyOf('models')).toContainText('Ctrl M')
  await expect(sheet.getByRole('alert')).toHaveCount(0)
  await change('grid.filter', 'v')
  await expect(sheet.getByRole('alert')).toContainText('V is already used for “Label by label”.')
  await expectNoViolations(page, 'keys')
  await sheet.getByRole('button', { name: 'Reassign from “Label by label”' }).click()
  await expect(keyOf('grid.filter')).toContainText('V')
  await expect(keyOf('grid.label-by-label')).toContainText('none')
  await page.keyboard.press('Escape')
  await expect(sheet).toHaveCount(0)

  // In force at once, and said wherever it is shown; nothing of it is kept in the browser.
  await page.keyboard.press('v')
  await expect(page.getByRole('dialog', { name: 'Filter' })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.evaluate(() => localStorage.clear())
  await page.reload()
  await expect(page.locator('[data-path]').first()).toBeVisible()
  await page.getByRole('button', { name: 'More' }).click()
  await expect(page.getByRole('menuitem', { name: 'Model page' })).toContainText('Ctrl M')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+m')
  await expect(page.getByRole('heading', { name: 'Reliability' })).toBeVisible()

  await page.keyboard.press('?')
  await sheet.getByRole('button', { name: 'Reset all keys' }).click()
  await expect(keyOf('models')).toContainText('Ctrl .')
  await expect(keyOf('grid.label-by-label')).toContainText('V')
})
