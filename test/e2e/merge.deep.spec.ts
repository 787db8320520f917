import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expectNoViolations } from './axe.ts'
import { expect, test } from './fixture.ts'
import { enter, openProject, tabTo } from './hands.ts'
import { dialog } from './holiday.ts'

test('what two annotators disagree on is a queue, with who said what; a mark settles it', async ({
  app: page,
  served,
  trained: project,
}) => {
  // The other copy says the opposite of some marks, and knows one more.
  const folder = path.dirname(project)
  const other = path.join(folder, 'Ben.surmise')
  cpSync(project, other)
  const csv = path.join(folder, 'said.csv')
  const out = await served.surmise('export', project, csv, '--format', 'csv')
  expect(out).toContain('present')
  const [head, ...lines] = readFileSync(csv, 'utf8').trimEnd().split('\n')
  const turned = lines.filter((line) => /,(present|absent)/.test(line)).slice(0, 4)
  const opposite = turned.map((line) =>
    line.replace(/,(present|absent)/, (_, state) => (state === 'present' ? ',absent' : ',present')),
  )
  writeFileSync(path.join(folder, 'ben.csv'), `${[head, ...opposite].join('\n')}\n`)
  await served.surmise('import', other, path.join(folder, 'ben.csv'), '--conflicts', 'replace')
  const said = await served.surmise('merge', project, other, '--dry-run')
  expect(said).toContain('Nothing was written')
  expect(said).toContain('4 pairs to review')
  expect(said).toMatch(/label +judged by both +agreed +kappa/)

  await openProject(page, project)
  await page.keyboard.press('Control+k')
  await page.keyboard.type('merge another')
  await page.keyboard.press('Enter')
  const merging = dialog(page, 'Merge another copy')
  const file = merging.getByRole('textbox')
  await expect(file).toBeFocused()
  await page.keyboard.insertText(project)
  await page.keyboard.press('Enter')
  await expect(merging.getByText('A project can’t be merged with itself.')).toBeVisible()
  await tabTo(page, file)
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(other)
  await page.keyboard.press('Enter')
  await expect(merging.getByText('60 images are in both copies.')).toBeVisible()
  await expect(merging.getByText('4 conflicting marks to review')).toBeVisible()
  await expect(merging.getByRole('table')).toContainText('All labels')
  await expectNoViolations(page, 'what a merge would do')
  // Nothing was written.
  await expect(page.getByText('Annotators disagree')).toHaveCount(0)
  await expect(merging.getByRole('button', { name: 'Merge', exact: true })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(dialog(page, 'Merged').getByText('A single undo reverses the whole merge.')).toBeVisible()
  await enter(page, dialog(page, 'Merged').getByRole('button', { name: 'Review them' }))
  await expect(page.getByRole('dialog')).toHaveCount(0)
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

test('a merge is one undo; a copy that says nothing new can only be looked at', async ({
  app: page,
  trained: project,
}) => {
  const other = path.join(path.dirname(project), 'Ben.surmise')
  cpSync(project, other)
  await openProject(page, project)
  const openMerge = async () => {
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Merge another copy' }).click()
    await dialog(page, 'Merge another copy').getByRole('textbox').fill(other)
    await page.keyboard.press('Enter')
  }
  await openMerge()
  const merging = dialog(page, 'Merge another copy')
  await expect(merging.getByText('already has everything in the other copy')).toBeVisible()
  await expect(merging.getByRole('button', { name: 'Merge', exact: true })).toBeDisabled()
  await merging.getByRole('button', { name: 'Cancel' }).click()
  // One mark here says the opposite of the copy now.
  const known = page.locator('[data-path]').first()
  await known.click()
  await page.keyboard.press('Enter')
  const row = page.getByRole('region', { name: 'Known' }).locator('li[data-state="present"]').first()
  const name = await row.getAttribute('data-label')
  const label = page.locator(`li[data-label="${name}"]`)
  await label.getByRole('button', { name: /absent/ }).click()
  await expect(label).toHaveAttribute('data-state', 'absent')
  await openMerge()
  await expect(merging.getByText('1 conflicting mark to review')).toBeVisible()
  await page.keyboard.press('Enter')
  await dialog(page, 'Merged').getByRole('button', { name: 'Done' }).click()
  await expect(label.locator('[data-dispute]')).toBeVisible()
  await page.keyboard.press('Control+z')
  await expect(label).toHaveAttribute('data-state', 'absent')
  await expect(label.locator('[data-dispute]')).toHaveCount(0)
})
