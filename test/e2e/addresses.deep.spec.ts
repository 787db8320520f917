import type { Page } from '@playwright/test'
import { expect, test } from './fixture.ts'
import { openProject } from './hands.ts'
import { dialog, openMade } from './holiday.ts'

const images = (page: Page) => page.getByRole('listbox', { name: 'Images', exact: true })
const opened = (page: Page) => page.locator('h2[title]').first()
const hash = (page: Page): string => new URL(page.url()).hash
/** On, or back. @returns the name of the image that is open then: it is there a moment after its place in the list */
async function step(page: Page, key: string): Promise<string> {
  const before = (await opened(page).textContent()) ?? ''
  await page.keyboard.press(key)
  await expect(opened(page)).toHaveText(new RegExp(`^(?!${before.replaceAll('.', '\\.')}$)\\S`))
  return (await opened(page).textContent()) ?? ''
}
const at = (page: Page) => expect.poll(() => hash(page).replace(/^#\/[\da-f]{8}/, ''))

test('Back leads through the screens that were shown, Forward on again, and neither out of the application', async ({
  app: page,
  trained,
}) => {
  await openProject(page, trained)
  await at(page).toBe('/images')

  // A list, an image of it, another that its reasons lead to, and the list once more.
  await page.getByRole('combobox', { name: 'Sort' }).selectOption('Least known first')
  await at(page).toBe('/images?sort=known')
  await page.getByRole('button', { name: 'Has suggestions' }).click()
  await at(page).toBe('/images?suggested=yes&sort=known')
  await images(page).focus()
  await page.keyboard.press('Enter')
  await at(page).toMatch(/^\/image\/\d+\?suggested=yes&sort=known$/)
  const image = hash(page)
  let fourth = ''
  for (let i = 0; i < 3; i++) fourth = await step(page, 'ArrowRight')
  await expect.poll(() => hash(page)).not.toBe(image)

  // Images that one goes through are one step.
  await page.goBack()
  await expect(images(page)).toBeFocused()
  await at(page).toBe('/images?suggested=yes&sort=known')
  await page.goForward()
  await expect(opened(page)).toHaveText(fourth)
  // So are those gone through just before going back, of which the address hasn't told yet.
  for (const leave of ['back', 'Escape'] as const) {
    const fifth = await step(page, 'ArrowLeft')
    if (leave === 'back') await page.evaluate('history.back()')
    else await page.keyboard.press('Escape')
    await expect(images(page)).toBeFocused()
    await page.goForward()
    await expect(opened(page)).toHaveText(fifth)
  }
  // Escape leads back too: it leaves no second list behind.
  await page.keyboard.press('Escape')
  await expect(images(page)).toBeFocused()
  await page.keyboard.press('Alt+ArrowLeft')
  await at(page).toBe('/images?sort=known')
  await expect(page.getByRole('button', { name: 'Has suggestions' })).toHaveAttribute('aria-pressed', 'false')
  await page.keyboard.press('Alt+ArrowRight')
  await expect(page.getByRole('button', { name: 'Has suggestions' })).toHaveAttribute('aria-pressed', 'true')

  // Label by label, the model, and a dialog over it.
  await images(page).focus()
  await page.keyboard.press('v')
  await expect(page.locator('[data-page-image] img').first()).toBeVisible()
  await at(page).toMatch(/^\/label-by-label\/\d+\?/)
  await page.keyboard.press('Control+.')
  await expect(page.getByRole('heading', { name: 'Reliability' })).toBeVisible()
  await at(page).toMatch(/^\/model\?/)
  await page.getByRole('button', { name: 'Backbones' }).click()
  await expect(dialog(page, 'Backbones')).toBeVisible()
  await at(page).toMatch(/open=backbones$/)
  await page.goBack()
  await expect(dialog(page, 'Backbones')).toHaveCount(0)
  await expect(page.getByRole('heading', { name: 'Reliability' })).toBeVisible()
  await page.goBack()
  await expect(page.locator('[data-page-image] img').first()).toBeVisible()
  await page.goBack()
  await expect(images(page)).toBeVisible()
  await page.goForward()
  await expect(page.locator('[data-page-image] img').first()).toBeVisible()

  // Closed by its own key, a dialog is never opened again by Back.
  await page.keyboard.press('Control+,')
  await expect(dialog(page, 'Settings')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(dialog(page, 'Settings')).toHaveCount(0)
  await at(page).toMatch(/^\/label-by-label\/\d+\?/)
  await page.goBack()
  await expect(images(page)).toBeVisible()
  await expect(dialog(page, 'Settings')).toHaveCount(0)
})

test('every address leads to its screen: opened directly, and loaded anew', async ({ app: page, trained }) => {
  await openProject(page, trained)
  await at(page).toBe('/images')
  const [start] = page.url().split('#')
  const project = /^#\/([\da-f]{8})/.exec(hash(page))?.[1]
  const visit = async (address: string): Promise<void> => {
    await page.goto('about:blank')
    await page.goto(`${start}#/${project}${address}`)
  }
  for (const [address, screen] of [
    ['/image/5?sort=added', opened(page)],
    ['/label-by-label/2', page.locator('[data-page-image]').first()],
    ['/model', page.getByRole('heading', { name: 'Reliability' })],
    ['/images?open=settings', dialog(page, 'Settings')],
    ['/images?open=backbones', dialog(page, 'Backbones')],
    ['/images?open=report', dialog(page, 'Write a report')],
    ['/images?open=keys', dialog(page, 'Keyboard shortcuts')],
    ['/images?open=history', dialog(page, 'History')],
    ['/images?open=new-label', dialog(page, 'New label')],
    ['/images?label=dog:present&sort=added', page.getByRole('button', { name: /^Remove the filter: .*dog/ })],
  ] as const) {
    await visit(address)
    await expect(screen, address).toBeVisible()
    await page.reload()
    await expect(screen, `${address}, loaded anew`).toBeVisible()
    await at(page).toBe(address)
  }
  await visit('/image/5?sort=added')
  await expect(opened(page)).toBeVisible()
  // There is nothing of this page before it: Escape leads to the list all the same.
  await page.keyboard.press('Escape')
  await expect(images(page)).toBeVisible()
  await expect(page.getByRole('combobox', { name: 'Sort' })).toHaveValue('added')

  // What leads nowhere says so, and the way back is still there.
  for (const [wrong, said] of [
    ['/images?label=unicorn:present', /no label.*unicorn/i],
    ['/nowhere/5', 'Page not found.'],
  ] as const) {
    await visit(wrong)
    await expect(page.getByText(said)).toBeVisible()
    await expect(images(page)).toBeVisible()
  }
  await page.goto('about:blank')
  await page.goto(`${start}#/00000000/image/5`)
  await expect(page.getByText('That page belongs to a project that isn’t open.')).toBeVisible()
  await expect(images(page)).toBeVisible()
})

test('an address of a project that is not open is gone to when that opens', async ({ app: page, served }) => {
  await openMade(page, served)
  await images(page).getByRole('option').nth(1).dblclick()
  await at(page).toMatch(/^\/image\/\d+$/)
  const [address, name] = [page.url(), await opened(page).textContent()]
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Close project' }).click()
  await expect(page.getByRole('button', { name: 'Try the sample' })).toBeVisible()
  await page.goto('about:blank')
  await page.goto(address)
  await expect(page.getByText('Open that project first.')).toBeVisible()
  await page
    .getByRole('button', { name: /Holiday/ })
    .first()
    .click()
  await expect(opened(page)).toHaveText(name ?? '')
})
