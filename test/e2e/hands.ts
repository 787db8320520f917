import type { Locator, Page } from '@playwright/test'
import { expect } from './fixture.ts'

/** Limit for what has to be computed first: a training, a sample, a model. */
export const computing = { timeout: 600_000 }

/** Moves the keyboard on until it is there. */
export async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  await expect(target).toBeVisible()
  // What can't be used can't be reached, either.
  await expect(target).toBeEnabled()
  for (let i = 0; i < 60; i++) {
    if (await target.evaluate((element) => element.matches(':focus'))) return
    await page.keyboard.press(key)
  }
  throw new Error(`${target} can’t be reached by ${key}`)
}

/** With the keyboard: there, and Enter. */
export async function enter(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  await tabTo(page, target, key)
  await page.keyboard.press('Enter')
}

/**
 * Chooses in a list with the keyboard alone, by the arrows: letters typed count together only if they come within a second.
 * @param beginning what the option's text begins with
 */
export async function choose(page: Page, list: Locator, beginning: string, key = 'Tab'): Promise<void> {
  await tabTo(page, list, key)
  const chosen = (): Promise<{ text: string; index: number; count: number }> =>
    list.evaluate((element) => {
      const { selectedIndex, options } = element as unknown as { selectedIndex: number; options: { text: string }[] }
      return { text: options[selectedIndex]?.text ?? '', index: selectedIndex, count: options.length }
    })
  await expect.poll(async () => (await chosen()).count, 'options that there are').toBeGreaterThan(0)
  await page.keyboard.press('Home')
  for (
    let { text, index, count } = await chosen();
    !text.startsWith(beginning);
    { text, index, count } = await chosen()
  ) {
    if (index === count - 1) throw new Error(`no option begins with “${beginning}”`)
    await page.keyboard.press('ArrowDown')
    await expect.poll(async () => (await chosen()).index).toBe(index + 1)
  }
}

/** Waits until the page hears keys: after it is loaded, it asks for the project and the preferences first. */
export async function ready(page: Page): Promise<void> {
  await expect(page.locator('main')).toBeVisible()
}

export async function openProject(page: Page, file: string): Promise<void> {
  await ready(page)
  await page.keyboard.press('Control+o')
  await expect(page.getByRole('dialog').getByRole('textbox')).toBeFocused()
  await page.keyboard.insertText(file)
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-path]').first()).toBeVisible()
  // Keys are for the dialog as long as it is there.
  await expect(page.getByRole('dialog')).toHaveCount(0)
}

/** @returns to say, in the end, that nothing was done by a pointer */
export async function withoutPointer(page: Page): Promise<() => Promise<void>> {
  let used = 0
  await page.exposeFunction('pointerUsed', () => used++)
  await page.addInitScript(() => {
    const page = globalThis as unknown as EventTarget & { pointerUsed(): void }
    for (const kind of ['pointerdown', 'wheel'])
      page.addEventListener(kind, () => page.pointerUsed(), { capture: true })
  })
  return async () => expect(used, 'uses of a pointer').toBe(0)
}
