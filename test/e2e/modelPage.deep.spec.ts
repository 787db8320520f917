import { expectNoViolations } from './axe.ts'
import { expect, type Served, test } from './fixture.ts'
import { computing, openProject, tabTo } from './hands.ts'

interface Listed {
  id: number
  current: boolean
  mAP: { blend: number }
  labels: { name: string; present: number; absent: number; averagePrecision: { blend: number | null } }[]
}

async function listed(served: Served, project: string): Promise<Listed[]> {
  return JSON.parse((await served.surmise('models', project, '--json')).trim().split('\n').at(-1)!).models
}

test('the model page, by the keyboard alone: versions, labels, threshold, contradictions', async ({
  app: page,
  served,
  trained: project,
}) => {
  const models = await listed(served, project)
  const [newest, oldest] = models
  const percent = (share: number): string => `${(share * 100).toFixed(1)}%`
  await openProject(page, project)

  // A confident suggestion is rejected: from now on the model contradicts a known label.
  await page.getByRole('button', { name: 'Has suggestions' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-path]').first()).toBeVisible()
  await page.locator('[role=listbox]').focus()
  await page.keyboard.press('Enter')
  const suggested = page.locator('li[data-state="suggested"]').first()
  await expect(suggested).toBeVisible()
  const label = (await suggested.getAttribute('data-label')) ?? ''
  const image = (await page.locator('h2').textContent()) ?? ''
  await page.keyboard.press('x')
  await expect(page.locator(`li[data-label="${label}"]`)).not.toHaveAttribute('data-state', 'suggested')
  await expect(page.getByText('All saved')).toBeVisible()

  // Versions: the one that suggests is there first; the arrows show the other, and a button goes back to it.
  await page.keyboard.press('Control+.')
  const versions = page.getByRole('complementary', { name: 'Versions' })
  await expect(versions.getByRole('radio')).toHaveCount(2)
  const current = models.findIndex((model) => model.current)
  await expect(versions.getByRole('radio').nth(current)).toBeChecked()
  await expect(versions.getByRole('radio').nth(current)).toBeFocused()
  await expect(page.getByRole('heading', { name: 'Reliability' })).toBeVisible()
  for (const [place, { mAP }] of models.entries()) {
    await expect(versions.locator('label').nth(place)).toContainText(percent(mAP.blend))
  }
  await page.keyboard.press(current === 0 ? 'ArrowDown' : 'ArrowUp')
  const use = page.getByRole('button', { name: 'Use this model' })
  await expect(use).toBeVisible()
  await tabTo(page, use)
  await page.keyboard.press('Enter')
  await expect(versions.locator('label').nth(1 - current)).toContainText('In use')
  await expect(use).toBeHidden()
  await versions.getByRole('radio').nth(0).focus()
  await page.keyboard.press('Space')

  // Labels: what the training measured, beside the version before, on what is known; the order changes by a key.
  const table = page.getByRole('region', { name: 'Average precision by label' })
  const rows = table.locator('tbody tr')
  await expect(rows).toHaveCount(16)
  await expect(table.getByRole('columnheader', { name: 'Average precision' })).toHaveAttribute('aria-sort', 'ascending')
  const untouched = newest.labels.find(
    ({ name, averagePrecision }) => name !== label && averagePrecision.blend !== null,
  )!
  const before = oldest.labels.find(({ name }) => name === untouched.name)!
  const row = rows.filter({ has: page.getByRole('button', { name: untouched.name, exact: true }) })
  await expect(row.locator('td').nth(0)).toHaveText(String(untouched.present))
  await expect(row.locator('td').nth(1)).toHaveText(String(untouched.absent))
  await expect(row.locator('td').nth(2)).toHaveText(percent(untouched.averagePrecision.blend!))
  const change = (untouched.averagePrecision.blend! - before.averagePrecision.blend!) * 100
  const sign = Math.abs(change) < 0.05 ? '±' : change < 0 ? '−' : '+'
  await expect(row.locator('td').nth(3)).toHaveText(`${sign}${Math.abs(change).toFixed(1)}`)
  const names = (await rows.locator('th').allTextContents()).toSorted((a, b) => a.localeCompare(b))
  await tabTo(page, table.getByRole('button', { name: 'Label', exact: true }))
  await page.keyboard.press('Enter')
  await expect(rows.locator('th')).toHaveText(names)
  await page.keyboard.press('Enter')
  await expect(rows.locator('th')).toHaveText(names.toReversed())

  // A label's curves, and the threshold by keys and by the pointer.
  await tabTo(page, row.getByRole('button'))
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Curves for')).toHaveValue(/\d/)
  const figure = page.getByRole('figure', { name: 'Precision and recall' })
  const value = (name: string) => figure.locator('dl > div').filter({ hasText: name }).locator('dd')
  const slider = figure.getByRole('slider', { name: 'Suggestion threshold' })
  await expect(slider).toHaveValue('900')
  await slider.focus()
  await page.keyboard.press('Home')
  await expect(value('Recall')).toHaveText('100.0%')
  const known = untouched.present + untouched.absent
  await expect(value('Precision')).toHaveText(percent(untouched.present / known))
  await expect(value('Suggested')).toContainText(`${60 - known}of ${60 - known} undecided`)
  await page.keyboard.press('ArrowRight')
  await expect(slider).toHaveValue('1')
  await page.keyboard.press('End')
  await expect(value('Suggested')).toContainText(/^0/)
  const plot = figure.locator('svg')
  await plot.scrollIntoViewIfNeeded()
  const box = (await plot.boundingBox())!
  await page.mouse.move(box.x + box.width - 20, box.y + 150)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width - 14, box.y + 160)
  await page.mouse.up()
  await expect(value('Recall')).toHaveText('100.0%')

  // What goes together is told cell by cell.
  const together = page.getByRole('region', { name: 'Labels that occur together' })
  await together.focus()
  const said = page.getByRole('status').filter({ hasText: /both are known/ })
  const first = await said.textContent()
  await page.keyboard.press('ArrowRight')
  await expect(said).not.toHaveText(first ?? '')

  // The contradiction is listed; its image opens, and Escape comes back, twice to the grid.
  const contradicted = page.getByRole('region', { name: 'Possible labelling mistakes' })
  await tabTo(page, contradicted.getByRole('button', { name: label, exact: true }))
  await page.keyboard.press('Enter')
  const opens = page.getByRole('button', { name: new RegExp(`^Open ${image}:`) })
  await tabTo(page, opens)
  await page.keyboard.press('Enter')
  await expect(page.locator('h2')).toHaveText(image)
  await page.keyboard.press('Escape')
  await expect(contradicted).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.locator('[role=listbox]')).toBeVisible()
})

test('the model page is open to everyone, in light and dark, with a model and without', async ({
  app: page,
  sample,
  trained,
}) => {
  const check = (where: string) => expectNoViolations(page, where)
  await openProject(page, sample)
  await page.keyboard.press('Control+.')
  await expect(page.getByText('No model yet')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Labels that occur together' })).toBeVisible()
  await check('without a model')
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Close project' }).click()
  await openProject(page, trained)
  await page.keyboard.press('Control+.')
  await expect(page.getByRole('heading', { name: 'Reliability' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Labels that occur together' })).toBeVisible()
  await check('with a model')
})

test('a training beside the model that suggests: what it runs on and why, and each label before and after', async ({
  app: page,
  served,
  trained: project,
}) => {
  await openProject(page, project)
  await page.keyboard.press('Control+Enter')
  const panel = page.getByRole('complementary', { name: 'Training' })
  await expect(panel.getByText(/^Running on .+ \(.+\)$/)).toBeVisible()
  await expect(panel.getByText(/left$/)).toBeVisible()
  await expect(panel.getByRole('button', { name: 'Show suggestions' })).toBeVisible(computing)
  const results = panel.getByRole('region', { name: 'Accuracy on labels it hasn’t seen' })
  await expect(results.getByRole('columnheader')).toHaveText(['Label', 'Known', 'Now', 'Change'])
  await expect(results.locator('tbody tr').nth(1).locator('td').nth(3)).toHaveText(/^[+−±]\d/)
  const [newest] = await listed(served, project)
  const [{ name, averagePrecision }] = newest.labels
  // One number for the model, wherever it is told.
  const told = (newest.mAP.blend * 100).toFixed(1)
  await expect(results.locator('tbody tr').first()).toContainText(`Held-out mAP${told}`)
  await expect(panel.getByRole('region', { name: 'Models' }).getByRole('listitem').first()).toContainText(
    `Held-out mAP ${told}%`,
  )
  await expect(panel.getByText(`held-out mAP ${told}%`).first()).toBeVisible()
  await expect(results.locator('tbody tr').filter({ hasText: name }).locator('td').nth(2)).toHaveText(
    (averagePrecision.blend! * 100).toFixed(1),
  )
  await panel.getByRole('button', { name: 'Model page' }).click()
  const versions = page.getByRole('complementary', { name: 'Versions' })
  await expect(versions.getByRole('radio')).toHaveCount(3)
  await versions.getByRole('radio').first().check({ force: true })
  await expect(versions.locator('label').first()).toContainText(`${told}%`)
  await expect(page.locator('dl > div').filter({ hasText: 'Held-out mAP' })).toContainText(`${told}%`)
  const shown = await served.surmise('models', project)
  expect(shown).toContain(`held-out mAP ${told}%`)
})

test('a label that was not learnt says what is known of it, and what it needs', async ({ app: page, trained }) => {
  await openProject(page, trained)
  await page.keyboard.press('Control+k')
  await page.keyboard.type('add a label')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByLabel('Name').fill('zebra')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.locator('[data-path]').first().dblclick()
  const zebra = page.locator('li[data-label="zebra"]')
  await zebra.getByRole('button', { name: 'zebra is present' }).click()
  await expect(zebra).toHaveAttribute('data-state', 'present')
  await page.keyboard.press('Control+.')
  const table = page.getByRole('region', { name: 'Average precision by label' })
  const row = table.locator('tbody tr').filter({ has: page.getByRole('button', { name: 'zebra', exact: true }) })
  await expect(row.locator('td')).toHaveText(['1', '0', 'not learnt yet: mark 1 more present and 2 more absent'])
  await row.getByRole('button').click()
  await expect(page.getByText('zebra: not learnt yet: mark 1 more present and 2 more absent')).toBeVisible()
  // Where labels are too few to compare, it is the labels that are counted, not the images.
  const together = page.getByRole('region', { name: 'Labels that occur together' })
  const cells = together
    .locator('tbody tr')
    .filter({ hasText: /^zebra/ })
    .locator('td')
  await cells.first().hover()
  await expect(page.getByRole('status').filter({ hasText: 'both are known' })).toHaveText(
    /^Too few to tell: of [01] images? where both are known, zebra is present in [01] and .+ in [01]\.$/,
  )
})
