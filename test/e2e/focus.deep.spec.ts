import type { Page } from '@playwright/test'
import { expect, test } from './fixture.ts'
import { enter, openProject } from './hands.ts'
import { dialog, openByPath } from './holiday.ts'

const images = (page: Page) => page.getByRole('listbox', { name: 'Images', exact: true })

test('closed, a dialog gives the keyboard back to what had it', async ({ app: page, trained }) => {
  await openProject(page, trained)
  await expect(images(page)).toBeFocused()
  for (const [key, name] of [
    ['Control+,', 'Settings'],
    ['?', 'Keyboard shortcuts'],
    ['Control+e', 'Export'],
    ['Control+i', 'Import labels'],
    ['Control+h', 'History'],
    ['Control+Shift+p', 'Progress'],
    ['Control+Shift+a', 'Accept in bulk'],
    ['Control+k', 'Commands'],
    ['f', 'Filter'],
    ['Shift+F', 'Saved filters'],
  ]) {
    await page.keyboard.press(key)
    await expect(dialog(page, name)).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.locator('[role=dialog]:not([data-closed])')).toHaveCount(0)
    await expect(images(page), name).toBeFocused()
  }
  for (const name of ['More', 'Add a label', 'Edit dog', 'Filter']) {
    const button = page.getByRole('button', { name, exact: true })
    await button.focus()
    await page.keyboard.press('Enter')
    await expect(page.locator('[role=dialog], [role=menu]').first()).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.locator('[role=dialog]:not([data-closed]), [role=menu]:not([data-closed])')).toHaveCount(0)
    // The filter is for the images: on to them.
    await expect(name === 'Filter' ? images(page) : button, name).toBeFocused()
  }
  // From the open image, too, its keys work on.
  await images(page).focus()
  await page.keyboard.press('Enter')
  await expect(page.locator('li[data-label]').first()).toBeVisible()
  await page.keyboard.press('Control+h')
  await expect(dialog(page, 'History')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(dialog(page, 'History')).toHaveCount(0)
  const before = await page.locator('h2').textContent()
  await page.keyboard.press('ArrowRight')
  await expect(page.locator('h2')).not.toHaveText(before ?? '')
})

/** What has the keyboard: whether it can be seen that it has it, and where it is. */
function stateOfFocus() {
  interface Element {
    matches(selector: string): boolean
    getAttribute(name: string): string | null
    getBoundingClientRect(): { left: number; top: number; right: number; bottom: number }
    compareDocumentPosition(other: Element): number
    tagName: string
    outerHTML: string
    textContent: string
  }
  const { document, getComputedStyle, innerWidth, innerHeight, lastFocused } = globalThis as unknown as {
    document: { activeElement: Element; body: Element; getElementById(id: string): Element | null }
    getComputedStyle(
      element: Element,
    ): Record<'outlineStyle' | 'outlineWidth' | 'boxShadow' | 'backgroundColor', string>
    innerWidth: number
    innerHeight: number
    lastFocused?: Element
  }
  const element = document.activeElement
  if (element === document.body) return null
  // A list shows it at the entry that it is on.
  const active = element.getAttribute('aria-activedescendant')
  const shown = (active && document.getElementById(active)) || element
  const rings = ({ outlineStyle, outlineWidth, boxShadow }: ReturnType<typeof getComputedStyle>): boolean =>
    (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2) || boxShadow.includes('0px 0px 0px 2px')
  // The edge of a panel is a line: it is filled.
  const isFilled = element.tagName === 'HR' && getComputedStyle(element).backgroundColor !== 'rgba(0, 0, 0, 0)'
  const box = shown.getBoundingClientRect()
  const isAfter = lastFocused === undefined || (lastFocused.compareDocumentPosition(element) & 4) !== 0
  Object.assign(globalThis, { lastFocused: element })
  return {
    name: `${element.getAttribute('aria-label') ?? element.textContent?.slice(0, 40)} ${element.outerHTML.slice(0, 120)}`,
    isRinged: isFilled || rings(getComputedStyle(shown)) || rings(getComputedStyle(element)),
    isInSight:
      box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight && box.right > box.left,
    isAfter,
  }
}

/** Tabs once around; every stop is in sight and ringed, and follows the one before in the order of the page. */
async function expectGoodStops(page: Page, where: string): Promise<void> {
  await page.evaluate(() => Object.assign(globalThis, { lastFocused: undefined }))
  const bad: string[] = []
  let [stops, turns] = [0, 0]
  for (let i = 0; i < 150 && turns < 2; i++) {
    await page.keyboard.press('Tab')
    const state = await page.evaluate(stateOfFocus)
    if (!state) {
      turns++
      continue
    }
    stops++
    if (!state.isAfter) turns++
    if (!state.isRinged) bad.push(`not ringed: ${state.name}`)
    if (!state.isInSight) bad.push(`out of sight: ${state.name}`)
  }
  expect([...new Set(bad)], where).toEqual([])
  expect(stops, where).toBeGreaterThan(2)
  // Once at the end of the page: an order of its own would turn back in between.
  expect(turns, where).toBeLessThanOrEqual(2)
}

test('the keyboard can be seen wherever it is, and goes in the order of the page', async ({ app: page, trained }) => {
  await expectGoodStops(page, 'start')
  await openByPath(page, trained)
  await expect(images(page)).toBeFocused()
  await expectGoodStops(page, 'grid')
  for (const [key, name] of [
    ['Control+,', 'Settings'],
    ['Control+e', 'Export'],
    ['Control+h', 'History'],
    ['Control+Shift+p', 'Progress'],
    ['Control+Shift+a', 'Accept in bulk'],
    ['f', 'Filter'],
  ]) {
    await images(page).focus()
    await page.keyboard.press(key)
    await expect(dialog(page, name)).toBeVisible()
    await expectGoodStops(page, name)
    await page.keyboard.press('Escape')
    await expect(page.locator('[role=dialog]:not([data-closed])')).toHaveCount(0)
  }
  await images(page).focus()
  await page.keyboard.press('Enter')
  await expect(page.locator('li[data-label]').first()).toBeVisible()
  await expectGoodStops(page, 'image')
  await page.keyboard.press('Escape')
  await images(page).focus()
  await page.keyboard.press('v')
  await expect(page.locator('[data-page-image] img').first()).toBeVisible()
  await expectGoodStops(page, 'label by label')
  await page.keyboard.press('Escape')
  await images(page).focus()
  await page.keyboard.press('Control+.')
  await expect(page.getByRole('heading', { name: 'Reliability' })).toBeVisible()
  await expectGoodStops(page, 'model page')
})

test('nothing moves for those who want nothing to move', async ({ app: page, sample }) => {
  const moving = () =>
    page.evaluate(() =>
      (
        globalThis as unknown as { document: { getAnimations(): { effect: { target: { className: unknown } } }[] } }
      ).document
        .getAnimations()
        .map(({ effect }) => String(effect.target.className)),
    )
  await openProject(page, sample)
  await page.keyboard.press('Control+Enter')
  const training = page.getByRole('button', { name: /^Training…/ })
  await expect(training).toBeVisible()
  await expect.poll(async () => (await moving()).length).toBeGreaterThan(0)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await expect.poll(moving).toEqual([])
  await enter(page, page.getByRole('button', { name: 'Stop training' }))
  await expect(page.getByText(/cancelled/i).first()).toBeVisible()
})
