import type { Locator, Page } from '@playwright/test'
import { expect, test } from './fixture.ts'
import { computing, openProject } from './hands.ts'

const images = (page: Page): Locator => page.getByRole('listbox', { name: 'Images', exact: true })
const why = (page: Page): Locator => page.getByRole('region', { name: /^Why / })

/** What has the keyboard: its name, or the kind of element that it is. */
const keyboard = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { activeElement } = (
      globalThis as unknown as {
        document: { activeElement: { tagName: string; getAttribute(name: string): string | null } }
      }
    ).document
    return activeElement.getAttribute('aria-label') ?? activeElement.tagName
  })

/** Presses a button by the keyboard, which takes it away. */
async function press(button: Locator): Promise<void> {
  await button.focus()
  await button.press('Enter')
}

test('Show suggestions leaves the keyboard with the images, and the list at its very top', async ({
  app: page,
  trained,
}) => {
  await openProject(page, trained)
  await page.keyboard.press('Control+Enter')
  const show = page.getByRole('button', { name: 'Show suggestions' })
  await expect(show).toBeVisible(computing)
  // The keyboard is in the panel: Escape closes that first, and nothing else.
  await images(page).focus()
  await page.keyboard.press('Space')
  await show.focus()
  await page.keyboard.press('Escape')
  await expect(show).toHaveCount(0)
  await expect(page.getByRole('toolbar', { name: 'Mark selection' })).toBeVisible()
  await expect(images(page)).toBeFocused()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('show or hide training')
  await page.keyboard.press('Enter')
  await expect(show).toBeVisible()

  await images(page).focus()
  await page.keyboard.press('End')
  const scrolled = () => images(page).evaluate(({ scrollTop }) => scrollTop)
  await expect.poll(scrolled).toBeGreaterThan(100)
  await press(show)
  await expect(page.getByRole('button', { name: 'Has suggestions' })).toHaveAttribute('aria-pressed', 'true')
  await expect(images(page)).toBeFocused()
  await expect.poll(scrolled).toBe(0)

  // Scrolled by the wheel only, the cursor is where it was: another list still begins at its top.
  await images(page).hover()
  await page.mouse.wheel(0, 4000)
  await expect.poll(scrolled).toBeGreaterThan(100)
  await page.getByRole('combobox', { name: 'Sort' }).selectOption('Name')
  await expect.poll(scrolled).toBe(0)
})

test('what takes its button away leaves the keyboard close by, and never to nobody', async ({ app: page, trained }) => {
  await openProject(page, trained)
  // The bar of what is selected goes with its cross.
  await images(page).focus()
  await page.keyboard.press('Space')
  await press(page.getByRole('toolbar', { name: 'Mark selection' }).getByRole('button', { name: 'Close' }))
  await expect(images(page)).toBeFocused()
  // Done again, there is nothing more to do again.
  await page.keyboard.press('Space')
  await page.keyboard.press('1')
  await expect(page.getByText('All saved')).toBeVisible()
  await page.keyboard.press('Control+z')
  await press(page.getByRole('button', { name: /^Redo: / }))
  await expect(page.getByRole('button', { name: 'Nothing to redo' })).toBeDisabled()
  await expect.poll(() => keyboard(page)).not.toBe('BODY')

  // In an image: the suggestion that is accepted, and the last image of all.
  await images(page).focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await press(page.getByRole('button', { name: /^Accept: / }).first())
  await expect.poll(() => keyboard(page)).not.toBe('BODY')
  await page.getByRole('textbox', { name: /^Go to image/ }).fill('59')
  await page.keyboard.press('Enter')
  await press(page.getByRole('button', { name: 'Next image' }))
  await expect(page.getByRole('button', { name: 'Next image' })).toBeDisabled()
  await expect.poll(() => keyboard(page)).not.toBe('BODY')
  // By the pointer, too: a mark that is set leaves its button.
  await page
    .getByRole('button', { name: /is absent$/ })
    .last()
    .click()
  await expect.poll(() => keyboard(page)).toMatch(/^(Labels|Known|Unknown)$/)
  // The keys are still those of the image.
  await page.keyboard.press('ArrowLeft')
  await expect(page.getByRole('textbox', { name: /^Go to image/ })).toHaveValue('59')

  // Another version is made the one that suggests: its button goes.
  await page.keyboard.press('Control+.')
  // By its seed: the radios of other figures come when those are measured.
  await page
    .getByRole('radio', { name: /seed \d/ })
    .last()
    .focus()
  await page.keyboard.press('Space')
  await press(page.getByRole('button', { name: 'Use this model' }))
  await expect(page.getByRole('button', { name: 'Use this model' })).toHaveCount(0)
  await expect.poll(() => keyboard(page)).not.toBe('BODY')
})

test('Escape closes the reasons first, and then the image', async ({ app: page, trained }) => {
  await openProject(page, trained)
  await page.keyboard.press('Control+Shift+Enter')
  await page.keyboard.press('Enter')
  await expect(page.locator('li[data-state="suggested"]').first()).toBeVisible()
  await page.keyboard.press('w')
  await expect(why(page)).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(why(page)).toHaveCount(0)
  await expect(page.locator('li[data-state="suggested"]').first()).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(images(page)).toBeFocused()
})
