import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { expectNoViolations } from './axe.ts'
import { expect, test } from './fixture.ts'
import { openProject } from './hands.ts'

/** A file manager that writes down what it is asked to show, and then does as it is told. */
const desktop = mkdtempSync(path.join(tmpdir(), 'surmise-desktop-'))
const [asked, answer] = [path.join(desktop, 'asked'), path.join(desktop, 'answer')]
const program = path.join(desktop, 'bin', 'xdg-open')

test.beforeAll(() => {
  // One process may come here twice: once for each of the tests that it takes.
  mkdirSync(path.dirname(program), { recursive: true })
  writeFileSync(program, `#!/bin/sh\nprintf '%s' "$1" > '${asked}'\nexit "$(cat '${answer}')"\n`)
  chmodSync(program, 0o755)
})
test.beforeEach(() => writeFileSync(answer, '0'))
test.afterAll(() => rmSync(desktop, { recursive: true, force: true }))

async function open(page: Page, project: string): Promise<string> {
  await openProject(page, project)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  return path.join(path.dirname(project), 'images')
}

const clipboardText = (page: Page): Promise<string> => page.evaluate('navigator.clipboard.readText()')

/** The size of the picture on the clipboard. */
const clipboardPicture = (page: Page): Promise<number[]> =>
  page.evaluate(`(async () => {
    const [item] = await navigator.clipboard.read()
    const { width, height } = await createImageBitmap(await item.getType('image/png'))
    return [width, height]
  })()`)

test.describe('where there is a desktop', () => {
  test.skip(process.platform !== 'linux', 'a file manager is put into the path')
  test.use({ environment: { DISPLAY: ':99', PATH: `${path.dirname(program)}:${process.env.PATH}` } })

  test('an image is copied, its path is copied, and its folder opened: by key, palette and menu', async ({
    app: page,
    sample,
  }) => {
    const images = await open(page, sample)
    await page.locator('[data-path="002.jpg"]').click({ button: 'right' })
    const menu = page.getByRole('menu')
    await expect(menu.getByRole('menuitem')).toHaveText(['Open image', /^Copy image/, /^Copy path/, /^Show in folder/])
    await expectNoViolations(page, 'the menu of an image', '[role=menu]')
    await menu.getByRole('menuitem', { name: /^Copy path/ }).click()
    await expect(page.getByText('Path copied.')).toBeVisible()
    expect(await clipboardText(page)).toBe(path.join(images, '002.jpg'))

    // All that are selected, one a line; the menu of another image is for that one alone.
    await page.locator('[data-path="001.jpg"]').click()
    await page.locator('[data-path="003.jpg"]').click({ modifiers: ['Shift'] })
    await page.locator('[data-path="003.jpg"]').click({ button: 'right' })
    await menu.getByRole('menuitem', { name: /^Copy path/ }).click()
    await expect(page.getByText('3 paths copied, one per line.')).toBeVisible()
    expect((await clipboardText(page)).split('\n').sort()).toEqual(
      ['001.jpg', '002.jpg', '003.jpg'].map((name) => path.join(images, name)),
    )
    await page.locator('[data-path="004.jpg"]').click({ button: 'right' })
    await menu.getByRole('menuitem', { name: 'Open image' }).click()
    await expect(page.getByRole('heading', { name: '004.jpg' })).toBeVisible()

    await page.keyboard.press('Control+Shift+c')
    await expect(page.getByText('Copied 004.jpg.')).toBeVisible()
    expect(await clipboardPicture(page)).toEqual([640, 480])

    await page.keyboard.press('Control+Shift+e')
    await expect.poll(() => readFileSync(asked, { encoding: 'utf8', flag: 'a+' })).toBe(images)
    await page.getByRole('img', { name: '004.jpg' }).click({ button: 'right' })
    await menu.getByRole('menuitem', { name: /^Copy path/ }).click()
    await expect.poll(() => clipboardText(page)).toBe(path.join(images, '004.jpg'))

    // A file manager that can't, and a file that is gone, are said.
    writeFileSync(answer, '3')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('explorer')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('alert')).toContainText(`can’t be opened on this machine. The image is ${images}`)
    await page.getByRole('button', { name: 'Dismiss' }).last().click()
    renameSync(path.join(images, '004.jpg'), path.join(images, 'elsewhere.jpg'))
    await page.keyboard.press('Control+Shift+e')
    await expect(page.getByRole('alert')).toContainText('no longer exists')
  })
})

test.describe('without a desktop', () => {
  test.skip(process.platform !== 'linux', 'there is one everywhere else')
  test.use({ environment: { DISPLAY: '', WAYLAND_DISPLAY: '' } })

  test('where an image lies is said', async ({ app: page, sample }) => {
    const images = await open(page, sample)
    await page.locator('[data-path="002.jpg"]').click()
    await page.keyboard.press('Control+Shift+e')
    await expect(page.getByRole('alert')).toContainText(path.join(images, '002.jpg'))
  })
})
