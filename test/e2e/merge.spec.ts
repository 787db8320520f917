import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expectNoViolations } from './axe.ts'
import { expect, test } from './fixture.ts'

test('what two annotators disagree on is a queue, with who said what; a mark settles it', async ({
  app: page,
  served,
  trained: project,
}) => {
  // The other copy says the opposite of some marks, and knows one more.
  const folder = path.dirname(project)
  const other = path.join(folder, 'Ben.surmise')
  cpSync(project, other)
  const csv = path.join(folder, 'marks.csv')
  const merged = path.join(folder, 'Merged.surmise')
  const out = await served.surmise('export', project, csv, '--format', 'csv')
  expect(out).toContain('present')
  const [head, ...lines] = readFileSync(csv, 'utf8').trimEnd().split('\n')
  const turned = lines.filter((line) => /,(present|absent)/.test(line)).slice(0, 4)
  const opposite = turned.map((line) =>
    line.replace(/,(present|absent)/, (_, state) => (state === 'present' ? ',absent' : ',present')),
  )
  writeFileSync(path.join(folder, 'ben.csv'), `${[head, ...opposite].join('\n')}\n`)
  await served.surmise('import', other, path.join(folder, 'ben.csv'), '--conflicts', 'replace')
  const said = await served.surmise('merge', project, other, '--out', merged)
  expect(said).toContain('4 pairs to be reviewed')
  expect(said).toMatch(/label +judged by both +agreed +kappa/)

  await page.getByRole('button', { name: /^Open a project/ }).click()
  await page.getByRole('dialog').getByRole('textbox').fill(merged)
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-path]').first()).toBeVisible()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('disagree')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Annotators disagree')).toBeVisible()
  const images = new Set(turned.map((line) => line.split(',')[0]))
  await expect(page.locator('[data-path]')).toHaveCount(images.size)
  await page.locator('[role=listbox]').focus()
  await page.keyboard.press('Enter')
  const group = page.getByRole('region', { name: 'Annotators disagree' })
  const row = group.locator('li').first()
  await expect(row.locator('[data-dispute]')).toContainText('present')
  await expect(row.locator('[data-dispute]')).toContainText('absent')
  await expect(row).toHaveAttribute('aria-current', 'true')
  await expectNoViolations(page, 'an image that people don’t agree on')
  const label = (await row.getAttribute('data-label')) ?? ''
  await row.getByRole('button', { name: /present/i }).click()
  await expect(page.locator(`li[data-label="${label}"]`)).toHaveAttribute('data-state', 'present')
  await expect(page.locator(`li[data-label="${label}"] [data-dispute]`)).toHaveCount(0)
})
