import { expectNoViolations } from './axe.ts'
import { expect, test } from './fixture.ts'
import { computing } from './hands.ts'

test('the tour leads from the first image to an export, by keyboard, and begins by itself once', async ({
  app: page,
}) => {
  const tour = page.getByRole('region', { name: 'Tour' })
  const title = tour.getByRole('heading')
  await page.getByRole('button', { name: 'Try the sample' }).focus()
  await page.keyboard.press('Enter')
  await expect(title).toHaveText('These are your images')
  await expect(tour).toContainText('1 of 5')
  await expectNoViolations(page, 'the tour, over the grid')

  // What it speaks of is done where it is always done; it goes on by itself.
  await page.getByRole('listbox', { name: 'Images' }).focus()
  await page.keyboard.press('Enter')
  await expect(title).toHaveText('Mark what you’re sure of')
  await expectNoViolations(page, 'the tour, over an image')
  await page.locator('li[data-state=unknown]').first().waitFor()
  const key = await page.locator('li[data-state=unknown] kbd').first().textContent()
  await page.keyboard.press(key!.toLowerCase())
  await expect(tour).toContainText('Ctrl Z undoes anything')

  // Back, to the images; on, into the first of them again.
  await page.keyboard.press('Control+ArrowLeft')
  await expect(title).toHaveText('These are your images')
  await expect(page.getByRole('listbox', { name: 'Images' })).toBeVisible()
  await page.keyboard.press('Control+ArrowRight')
  await expect(title).toHaveText('Mark what you’re sure of')
  await expect(page.locator('li[data-label]').first()).toBeVisible()
  await page.keyboard.press('Control+ArrowRight')
  await expect(title).toHaveText('Let it learn')

  await page.keyboard.press('Control+Enter')
  await expect(title).toHaveText('Accept or reject')
  await expect(tour).toContainText('You can keep marking meanwhile')
  const show = page.getByRole('button', { name: 'Show suggestions' })
  await expect(show).toBeVisible(computing)
  await expect(tour).toContainText('Now look at the images with suggestions')
  await show.focus()
  await page.keyboard.press('Enter')
  await expect(tour).toContainText('Each of these has something to decide')
  await page.getByRole('listbox', { name: 'Images' }).focus()
  await page.keyboard.press('Enter')
  await expect(tour).toContainText('A accepts the suggestion, X rejects it')
  await page.locator('li[data-state=suggested]').first().waitFor()
  await page.keyboard.press('a')
  await expect(tour).toContainText('That decision counts')
  await page.keyboard.press('Control+ArrowRight')
  await expect(title).toHaveText('Take it with you')
  await expectNoViolations(page, 'the end of the tour')
  await page.keyboard.press('Control+ArrowRight')
  await expect(tour).toBeHidden()

  // Seen: the next sample opens without it. It can be asked for.
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: /^Close project/ }).click()
  await page.reload()
  await page.getByRole('button', { name: 'Try the sample' }).click()
  await expect(page.getByRole('heading', { name: 'Sample', exact: true })).toBeVisible()
  // It is the same one: there is none beside it.
  await expect(page.getByText('The existing sample was opened as you left it.')).toBeVisible()
  await expect(page.getByText('All saved')).toBeVisible()
  await expect(tour).toBeHidden()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('tour')
  await page.keyboard.press('Enter')
  await expect(title).toHaveText('These are your images')
  await tour.getByRole('button', { name: 'Skip the tour' }).focus()
  await page.keyboard.press('Enter')
  await expect(tour).toBeHidden()
})
