import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect } from './fixture.ts'

/**
 * In light and in dark; the page is left as it is in dark.
 * @param where what the page shows, for the report
 * @param front the part to look at, where the rest is out of reach behind it
 */
export async function expectNoViolations(page: Page, where: string, front = 'html'): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    // Halfway from one colour to another nothing has the contrast that it will have.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // A report that was written has the system's colours at once.
    const themed = page.locator('html[data-theme]')
    if ((await themed.count()) > 0) await expect(themed).toHaveAttribute('data-theme', colorScheme)
    const builder = new AxeBuilder({ page }).include(front).options({ resultTypes: ['violations'] })
    // In the dark it is the same page in other colours.
    if (colorScheme === 'dark') builder.withRules(['color-contrast', 'link-in-text-block'])
    const { violations } = await builder.analyze()
    const said = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' | ')}`)
    expect(said, `${where}, ${colorScheme}`).toEqual([])
  }
}
