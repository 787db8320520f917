import { expectNoViolations } from './axe.ts'
import { expect, type Served, test } from './fixture.ts'

async function known(served: Served, project: string): Promise<{ present: number; absent: number }> {
  const { labels } = JSON.parse((await served.surmise('status', project, '--json')).trim().split('\n').at(-1)!)
  const sum = (key: 'presentCount' | 'absentCount'): number =>
    labels.reduce((total: number, label: Record<typeof key, number>) => total + label[key], 0)
  return { present: sum('presentCount'), absent: sum('absentCount') }
}

test('accepting together says before what it would do; the history leads back and forth', async ({
  app: page,
  served,
  trained,
}) => {
  await page.getByRole('button', { name: /^Open a project/ }).click()
  await page.getByRole('dialog').getByRole('textbox').fill(trained)
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-path]').first()).toBeVisible()
  const before = await known(served, trained)
  expect(before.present).toBeGreaterThan(0)

  // Another share makes another plan; nothing is written by looking.
  await page.keyboard.press('Control+Shift+a')
  const dialog = page.getByRole('dialog', { name: 'Accept together' })
  const would = dialog.getByRole('status')
  await expect(would).toContainText(/suggestions in \d+ images would be accepted|Nothing would be accepted/)
  await dialog.getByRole('radio', { name: '90 %' }).focus()
  await page.keyboard.press('Space')
  await expect(would).toContainText(
    /^[\d,]+ suggestions in \d+ images would be accepted\. About \d+ of them would be wrong/,
  )
  const count = Number(/^[\d,]+/.exec((await would.textContent()) ?? '')![0].replace(',', ''))
  const plan = dialog.getByRole('region', { name: 'Label by label, what would be accepted' })
  const counts = await plan.locator('tbody td:nth-child(3)').allTextContents()
  expect(counts.reduce((sum, text) => sum + Number(text.split(' ')[0].replace(',', '')), 0)).toBe(count)
  await expectNoViolations(page, 'accept together')
  expect(await known(served, trained)).toEqual(before)

  // What is wrong in the sample is corrected there, and left out.
  const sample = dialog.getByRole('region', { name: 'A sample to check' })
  await sample.getByRole('button', { name: 'Wrong' }).first().focus()
  await page.keyboard.press('Space')
  await expect(sample.getByText(/· 1 of \d+ wrong/)).toBeVisible()
  await dialog.getByRole('button', { name: `Accept ${count.toLocaleString('en')}` }).focus()
  await page.keyboard.press('Enter')
  await expect(dialog).toHaveCount(0)
  await expect(
    page.getByText(/suggestions accepted, 1 left as decided meanwhile\. Undo takes them back\./),
  ).toBeVisible()
  const after = await known(served, trained)
  expect(after.present + after.absent).toBe(before.present + before.absent + count)

  // The history: what was done, by what; back before it, and forth again.
  await page.keyboard.press('Control+h')
  const history = page.getByRole('dialog', { name: 'History' })
  const lines = history.getByRole('listitem')
  await expect(lines.nth(0)).toContainText(`Accept ${count} suggestions at 90 % precision`)
  await expect(lines.nth(0)).toContainText(`from suggestions, ${count - 1} changes`)
  await expect(lines.nth(0)).toContainText('you are here')
  await expectNoViolations(page, 'history')
  await lines.nth(2).getByRole('button', { name: 'Back to here' }).focus()
  await page.keyboard.press('Enter')
  await expect(lines.nth(2)).toContainText('you are here')
  await expect(lines.nth(0)).toContainText('undone')
  expect(await known(served, trained)).toEqual(before)
  await lines.nth(0).getByRole('button', { name: 'Forth to here' }).focus()
  await page.keyboard.press('Enter')
  await expect(lines.nth(0)).toContainText('you are here')
  expect(await known(served, trained)).toEqual(after)

  // How far that is.
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+Shift+p')
  const progress = page.getByRole('dialog', { name: 'Progress' })
  const figure = (name: string) => progress.locator('dl > div').filter({ hasText: name }).locator('dd').first()
  await expect(figure('Decisions today')).toHaveText(String(count))
  await expect(figure('Saved by suggestions')).toHaveText(String(count - 2))
  const pairs = 60 * 16
  await expect(figure('Still unknown')).toHaveText(String(pairs - after.present - after.absent))
  await expect(progress.getByRole('row').nth(1)).toContainText('%')
  await expectNoViolations(page, 'progress')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+h')

  // The images of one action, as a filter.
  await lines.nth(1).getByRole('button', { name: 'Images' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('status').filter({ hasText: 'images' })).toContainText('1 of 60 images')
  await expect(page.getByRole('button', { name: 'Remove the filter: Changed by one action' })).toBeVisible()

  // The palette gives the keyboard back to what had it.
  const images = page.getByRole('listbox', { name: 'Images' })
  await images.focus()
  await page.keyboard.press('Control+k')
  await page.keyboard.press('Escape')
  await expect(images).toBeFocused()

  // What the session brought is said when it ends.
  await page.keyboard.press('Control+k')
  await page.keyboard.type('Close project')
  await page.keyboard.press('Enter')
  await expect(
    page.getByText(/^“Trained” is closed\. Since the project was opened: \d+ decisions on \d+ labels in 1 min/),
  ).toBeVisible()
  await expect(page.getByRole('button', { name: /^Open a project/ })).toBeVisible()
})
