import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { expectNoViolations } from './axe.ts'
import { expect, type Served, test } from './fixture.ts'
import { choose, openProject, tabTo } from './hands.ts'
import { whileAway } from './quiet.ts'

// The application is started anew in between.
test.use({ expectedErrors: [whileAway] })

/** Enough for every label to be learnt. */
const imageCount = 120

/** Images of the sample in two folders, with what is known of them. @returns the project, and what is known of dogs by path */
async function twoFolders(served: Served, sample: string): Promise<{ file: string; dogs: Map<string, string> }> {
  const all = path.join(path.dirname(sample), 'images')
  const images = path.join(served.folder, 'some')
  const names = readdirSync(all).sort().slice(0, imageCount)
  for (const [i, name] of names.entries()) {
    const folder = path.join(images, i % 2 === 0 ? '2020' : '2021')
    mkdirSync(folder, { recursive: true })
    cpSync(path.join(all, name), path.join(folder, name))
  }
  const marks = path.join(served.folder, 'marks.csv')
  await served.surmise('export', sample, marks, '--format', 'csv')
  const file = path.join(served.folder, 'some.surmise')
  await served.surmise('new', file, '--images', images)
  await served.surmise('import', file, marks)
  const known = path.join(served.folder, 'known.csv')
  await served.surmise('export', file, known, '--format', 'csv')
  const lines = readFileSync(known, 'utf8').trim().split(/\r?\n/)
  const dogs = lines.map((line) => line.split(',')).filter(([, label]) => label === 'dog')
  return { file, dogs: new Map(dogs.map(([image, , value]) => [image, value])) }
}

const count = (page: Page) => page.getByRole('status').filter({ hasText: 'images' })

test('filters and queues by the keyboard alone: combine, as text, save, choose after a restart; settle likely mistakes', async ({
  app: page,
  served,
  sample,
}) => {
  const { file, dogs } = await twoFolders(served, sample)
  const inFolder = [...dogs.keys()].filter((name) => name.startsWith('2021/')).length
  expect(inFolder).toBeGreaterThan(0)
  expect(inFolder).toBeLessThan(dogs.size)
  await served.surmise('train', file, '--seed', '1', '--device', 'cpu')
  await openProject(page, file)

  // Conditions, one after the other; the count follows.
  await page.keyboard.press('f')
  const panel = page.getByRole('dialog', { name: 'Filter' })
  await expect(panel.getByLabel('Add a label…')).toBeFocused()
  await page.keyboard.type('dog')
  await page.keyboard.press('Enter')
  const state = panel.getByLabel('State of dog', { exact: true })
  await choose(page, state, 'Kn', 'Shift+Tab')
  await expect(count(page)).toContainText(`${dogs.size} of ${imageCount} images`)
  await tabTo(page, panel.getByLabel('Folder'))
  await page.keyboard.type('2021')
  await expect(count(page)).toContainText(`${inFolder} of ${imageCount} images`)
  await expectNoViolations(page, 'filter panel')

  // As text: it says what is set; what can’t be read is explained and changes nothing.
  const text = panel.getByRole('textbox', { name: 'As text' })
  await expect(text).toHaveValue('?label=dog:known&folder=2021')
  await tabTo(page, text)
  await page.keyboard.press('Control+a')
  await page.keyboard.type('?label=doge:known')
  await page.keyboard.press('Enter')
  await expect(panel.getByRole('alert')).toHaveText(/no label “doge”.*Did you mean “dog”/)
  await expect(count(page)).toContainText(`${inFolder} of ${imageCount} images`)
  await page.keyboard.press('Control+a')
  await page.keyboard.type('?label=dog:known&by=import&until=2020-01-01')
  await page.keyboard.press('Enter')
  await expect(count(page)).toContainText(`0 of ${imageCount} images`)
  await page.keyboard.press('Escape')
  await expect(panel).toHaveCount(0)

  // Chips go one by one.
  const chips = page.getByRole('list', { name: 'Active filters' })
  await expect(chips.getByRole('button')).toHaveText(['dog: known', 'Imported', 'Until 2020-01-01', 'Clear all'])
  await tabTo(page, chips.getByRole('button', { name: 'Remove the filter: Until 2020-01-01' }))
  await page.keyboard.press('Enter')
  await expect(count(page)).toContainText(`${dogs.size} of ${imageCount} images`)
  await expectNoViolations(page, 'chips')

  // Saved under a name, with the order.
  await choose(page, page.getByLabel('Sort', { exact: true }), 'Possible mistakes', 'Shift+Tab')
  await expect(page.getByLabel('Sort', { exact: true })).toHaveValue('mistakes')
  await tabTo(page, page.getByRole('listbox', { name: 'Images' }))
  await page.keyboard.press('Shift+F')
  const saved = page.getByRole('dialog', { name: 'Saved filters' })
  await tabTo(page, saved.getByLabel('Name for the current filter'))
  await page.keyboard.insertText('犬: mistakes?')
  await page.keyboard.press('Enter')
  const line = saved.getByRole('button', { name: '犬: mistakes?', exact: true })
  await expect(line).toHaveAttribute('aria-pressed', 'true')
  await tabTo(page, saved.getByRole('button', { name: 'Rename 犬: mistakes?' }), 'Shift+Tab')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText('犬 review')
  await page.keyboard.press('Enter')
  await expect(saved.getByRole('button', { name: '犬 review', exact: true })).toBeVisible()
  await expectNoViolations(page, 'saved filters')

  // After a restart of the whole application it is still there.
  served.process.kill('SIGINT')
  await new Promise((resolve) => served.process.once('exit', resolve))
  const again = spawn(process.execPath, [path.resolve('src/main/shell/cli.ts'), 'serve', '--no-open'], {
    env: { ...process.env, SURMISE_HOME: served.home },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const url = await new Promise<string>((resolve) => {
      again.stdout.on('data', (part) => resolve(String(part).trim().split('\n')[0]))
    })
    await page.goto(url)
    await openProject(page, file)
    await expect(count(page)).toContainText(`${imageCount} images`)
    await page.keyboard.press('Shift+F')
    await tabTo(page, saved.getByRole('button', { name: '犬 review', exact: true }))
    await page.keyboard.press('Enter')
    await expect(saved).toHaveCount(0)
    await expect(chips.getByRole('button')).toHaveText(['dog: known', 'Imported', 'Clear all'])
    await expect(page.getByLabel('Sort', { exact: true })).toHaveValue('mistakes')
    // Until the list is there, the keyboard is on an image of the one before.
    await expect(count(page)).toContainText(`${dogs.size} of ${imageCount} images`)
    await settleMistake(page)
  } finally {
    again.kill('SIGINT')
    await new Promise((resolve) => again.once('exit', resolve))
  }
})

/** The image with the likeliest mistake: its label has the focus, can be kept or corrected, and both can be undone. */
async function settleMistake(page: Page): Promise<void> {
  await tabTo(page, page.getByRole('listbox', { name: 'Images' }))
  await page.keyboard.press('Enter')
  const current = page.locator('li[aria-current]')
  await expect(current.locator('[data-mistake]')).toBeVisible()
  await expectNoViolations(page, 'a likely mistake')
  const name = (await current.getAttribute('data-label')) ?? ''
  const before = await current.getAttribute('data-state')
  const row = page.locator(`li[data-label="${name}"]`)
  await page.keyboard.press('x')
  await expect(row.locator('[data-mistake]')).toHaveCount(0)
  await expect(row).toHaveAttribute('data-state', before ?? '')
  await page.keyboard.press('Control+z')
  await expect(row.locator('[data-mistake]')).toBeVisible()
  await expect(row).toHaveAttribute('aria-current', 'true')
  await page.keyboard.press('a')
  await expect(row).toHaveAttribute('data-state', before === 'present' ? 'absent' : 'present')
  await expect(row.locator('[data-mistake]')).toHaveCount(0)
  await page.keyboard.press('Control+z')
  await expect(row).toHaveAttribute('data-state', before ?? '')
  await expect(row.locator('[data-mistake]')).toBeVisible()
}
