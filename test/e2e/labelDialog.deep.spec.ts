import { expect, test } from './fixture.ts'
import { dialog, expectCounts, image, labelLine, openMade } from './holiday.ts'

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
  await expect(fresh.getByText('This key is already used for “Accept suggestion”')).toBeVisible()
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
  await expect(fresh.getByRole('alert')).toContainText(/9 is already used for the label “kite”/)
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
  await expect(editing.getByRole('alert')).toContainText('also removes 1 mark')
  await editing.getByRole('button', { name: 'Remove label' }).click()
  await expect(editing).toHaveCount(0)
  await expect(labelLine(page, 'dragon')).toBeHidden()
  await page.keyboard.press('Control+z')
  await expectCounts(page, 'dragon', 1, 0)
})
