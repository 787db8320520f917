import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync, truncateSync } from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { expectNoViolations } from './axe.ts'
import { expect, test } from './fixture.ts'
import { dialog, makeProject, openByPath, openMade } from './holiday.ts'

const cli = path.resolve(import.meta.dirname, '../../src/main/shell/cli.ts')

async function command(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.keyboard.type(words)
  await page.keyboard.press('Enter')
}

const label = (page: Page, name: string) => page.locator('li[data-label]', { hasText: name })

test('a backup is made, the work goes on, and it is restored by keyboard; that is taken back the same way', async ({
  app: page,
  served,
}) => {
  await openMade(page, served)
  await page.locator('[role=listbox]').focus()
  await page.keyboard.press('Enter')
  await label(page, 'beach')
    .getByRole('button', { name: /present/i })
    .click()
  await expect(label(page, 'beach')).toHaveAttribute('data-state', 'present')

  await command(page, 'backups')
  const backups = dialog(page, 'Backups')
  await expect(backups).toContainText('No backups yet.')
  await backups.getByRole('button', { name: 'Back up now' }).click()
  const first = backups.getByRole('listitem').filter({ hasText: 'manual' })
  await expect(first).toContainText('1 present, 0 absent in 4 images · Mark “beach” present')
  await expectNoViolations(page, 'the backups', '[role=dialog]')
  await page.keyboard.press('Escape')

  await label(page, 'beach')
    .getByRole('button', { name: /absent/i })
    .click()
  await expect(label(page, 'beach')).toHaveAttribute('data-state', 'absent')
  await expect(page.getByText('All saved')).toBeVisible()
  await command(page, 'backups')
  await first.getByRole('button', { name: /^Restore/ }).focus()
  await page.keyboard.press('Enter')
  await expect(backups).toContainText('The project is backed up first.')
  await backups.getByRole('button', { name: 'Restore', exact: true }).last().press('Enter')
  await expect(page.getByText(/Restored the project as it was on/)).toBeVisible()
  await expect(page.locator('[data-path]')).toHaveCount(4)
  await page.locator('[role=listbox]').focus()
  await page.keyboard.press('Enter')
  await expect(label(page, 'beach')).toHaveAttribute('data-state', 'present')

  await command(page, 'backups')
  const kept = backups.getByRole('listitem').filter({ hasText: 'before restoring' })
  await expect(kept).toContainText('0 present, 1 absent')
  await kept.getByRole('button', { name: /^Restore/ }).click()
  await backups.getByRole('button', { name: 'Restore', exact: true }).last().click()
  await expect(backups).toHaveCount(0)
  await page.locator('[role=listbox]').focus()
  await page.keyboard.press('Enter')
  await expect(label(page, 'beach')).toHaveAttribute('data-state', 'absent')
})

test('a damaged project says so, and a backup of it is one step away; the command line knows the same ones', async ({
  app: page,
  served,
}) => {
  const project = await makeProject(served)
  expect(await served.surmise('backups', project)).toContain('No backups yet.')
  expect(await served.surmise('backups', project, '--make')).toMatch(
    /1 +\d{4}-.* UTC +manual .* 0 present, 0 absent, 4 images/,
  )
  truncateSync(project, 5000)
  const damaged = readFileSync(project)
  const opening = dialog(page, 'Open a project')
  await openByPath(page, project)
  await expect(opening.getByRole('alert')).toContainText('The project file is damaged')
  await opening.getByRole('button', { name: 'Backups…' }).click()
  const backups = dialog(page, 'Backups')
  await backups.getByRole('button', { name: /^Restore/ }).click()
  await backups.getByRole('button', { name: 'Restore', exact: true }).last().click()
  await expect(page.locator('[data-path]')).toHaveCount(4)
  const [name] = readdirSync(`${project}-backups`).filter((one) => one.includes('damaged'))
  expect(readFileSync(path.join(`${project}-backups`, name)).equals(damaged)).toBe(true)
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Close project' }).click()
  await expect(page.getByRole('button', { name: /^Open a project/ })).toBeVisible()
  expect(await served.surmise('restore', project, '1')).toContain('The previous state is backup 3.')
})

test.describe('open elsewhere', () => {
  let other: ChildProcess
  test.afterEach(async () => {
    const ended = new Promise((resolve) => other.once('exit', resolve))
    if (other.exitCode === null && other.kill('SIGINT')) await ended
  })

  test('a second program may read: images and what is known are there, nothing can be changed, and writing is offered again', async ({
    app: page,
    served,
  }) => {
    const project = await makeProject(served)
    const env = { ...process.env, SURMISE_HOME: path.join(served.folder, '.other') }
    other = spawn(process.execPath, [cli, 'serve', project, '--no-open'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((resolve) => other.stdout!.once('data', resolve))

    const opening = dialog(page, 'Open a project')
    await openByPath(page, project)
    await expect(opening.getByRole('alert')).toContainText('open in another window or program')
    await expectNoViolations(page, 'a project that is open elsewhere', '[role=dialog]')
    await opening.getByRole('button', { name: 'Open read-only' }).click()
    await expect(page.locator('[data-path] img').first()).toBeVisible()
    await expect(page.getByRole('status').filter({ hasText: 'Read-only' })).toBeVisible()
    await expect(page.getByText('All saved')).toHaveCount(0)
    await expect(page.getByRole('button', { name: 'Fine-tune' })).toBeDisabled()
    await expectNoViolations(page, 'a project that is only read')

    // Through the menu, the keys and the labels: nothing changes, and each says why or can't be chosen.
    await page.getByRole('button', { name: 'More' }).click()
    for (const name of [/^Import/, /^Rescan images/, /^Relocate image folder/])
      await expect(page.getByRole('menuitem', { name })).toBeDisabled()
    await page.getByRole('menuitem', { name: /^Backups/ }).click()
    await expect(dialog(page, 'Backups').getByRole('button', { name: 'Back up now' })).toBeDisabled()
    await page.keyboard.press('Escape')
    await page.locator('[role=listbox]').focus()
    await page.keyboard.press('Enter')
    await label(page, 'beach')
      .getByRole('button', { name: /present/i })
      .click()
    await expect(page.getByText('The project was opened read-only, so nothing can be changed')).toBeVisible()
    await expect(label(page, 'beach')).toHaveAttribute('data-state', 'unknown')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+e')
    await expect(dialog(page, 'Export')).toBeVisible()
    await page.keyboard.press('Escape')

    const writing = page.getByRole('button', { name: 'Open for editing' })
    await writing.click()
    await expect(page.getByRole('alert').filter({ hasText: 'open in another window' })).toBeVisible()
    const ended = new Promise((resolve) => other.once('exit', resolve))
    other.kill('SIGINT')
    await ended
    await writing.click()
    await expect(page.getByText('All saved')).toBeVisible()
    await page.locator('[role=listbox]').focus()
    await page.keyboard.press('Enter')
    await label(page, 'beach')
      .getByRole('button', { name: /present/i })
      .click()
    await expect(label(page, 'beach')).toHaveAttribute('data-state', 'present')
  })
})
