import type { Locator, Page } from '@playwright/test'
import { expect } from './fixture.ts'

/** Moves the keyboard on until it is there. */
export async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  await expect(target).toBeVisible()
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

export async function openProject(page: Page, file: string): Promise<void> {
  await page.keyboard.press('Control+o')
  await expect(page.getByRole('dialog').getByRole('textbox')).toBeFocused()
  await page.keyboard.insertText(file)
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-path]').first()).toBeVisible()
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
