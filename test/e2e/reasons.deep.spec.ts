import type { Page } from '@playwright/test'
import { expectNoViolations } from './axe.ts'
import { expect, test } from './fixture.ts'

/** What is said of the labels of the open image that are not decided: name → percentage. */
const percentages = (page: Page): Promise<Record<string, string>> =>
  page
    .locator('li[data-state="suggested"], li[data-state="unknown"]')
    .evaluateAll((rows) =>
      Object.fromEntries(
        rows.map((row) => [row.dataset.label, row.querySelector('[aria-pressed]')?.textContent ?? '']),
      ),
    )

test('a mark changes the other suggestions at once; each says why, in words, with the nearest images, and where it looked', async ({
  app: page,
  trained,
}) => {
  await page.getByRole('button', { name: /^Open a project/ }).click()
  await page.getByRole('dialog').getByRole('textbox').fill(trained)
  await page.keyboard.press('Enter')
  await page.locator('[data-path]').first().dblclick()
  await expect(page.locator('li[data-state="suggested"], li[data-state="unknown"]').first()).toBeVisible()

  // The first mark: what is said of others moves, and comes back with undo.
  const before = await percentages(page)
  const [marked, ...others] = Object.keys(before).filter((name) => before[name] !== '')
  expect(others.length).toBeGreaterThan(2)
  const row = (name: string) => page.locator(`li[data-label="${name}"]`)
  await row(marked).click()
  const key = (await row(marked).locator('kbd').textContent()) ?? ''
  await page.keyboard.press(key.toLowerCase())
  await expect(row(marked)).toHaveAttribute('data-state', 'present')
  const withoutMarked = Object.fromEntries(others.map((name) => [name, before[name]]))
  await expect
    .poll(async () => {
      const now = await percentages(page)
      return others.filter((name) => now[name] !== withoutMarked[name]).length
    })
    .toBeGreaterThan(0)
  await page.keyboard.press('Control+z')
  await expect.poll(() => percentages(page)).toEqual(before)

  // Why, by key and by mouse; the panel follows the label.
  const panel = page.getByRole('region', { name: /^Why / })
  await row(others[0]).click()
  await page.keyboard.press('w')
  await expect(page.getByRole('region', { name: new RegExp(`^Why ${others[0]} is `) })).toBeVisible()
  await expect(panel.getByText(/ooks? like it$/)).toBeVisible()
  await expect(panel.getByText(/most similar known images? ha/)).toBeVisible()
  await expect(page.locator('canvas[data-attention]')).toBeVisible()
  const shares = await panel
    .locator('li')
    .evaluateAll((lines) => lines.map((line) => /[+−]\d+\.\d$/.exec(line.textContent ?? '')?.[0] ?? null))
  expect(shares.filter(Boolean).length).toBeGreaterThan(1)
  await row(others[1])
    .getByRole('button', { name: /why\?$/ })
    .click()
  await expect(page.getByRole('region', { name: new RegExp(`^Why ${others[1]} is `) })).toBeVisible()
  await expect(panel.getByText(/most similar known images? ha/)).toBeVisible()
  await expectNoViolations(page, 'reasons')

  // From there to the nearest image, and no more reasons.
  const nearest = panel.getByRole('list', { name: 'Most similar images where it’s known' }).getByRole('button').first()
  const name = (await nearest.getAttribute('aria-label')) ?? ''
  expect(name).toMatch(/^Open \S+: (present|absent), similarity 0\.\d\d$/)
  await nearest.click()
  await expect(page.locator('h2')).toHaveText(/^Open (\S+):/.exec(name)?.[1] ?? '')
  await page.keyboard.press('w')
  await expect(panel).toHaveCount(0)
  await expect(page.locator('canvas[data-attention]')).toHaveCount(0)
})
