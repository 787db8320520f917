import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import sharp from 'sharp'
import { expectNoViolations } from './axe.ts'
import { expect, type Served, test } from './fixture.ts'
import { openByPath } from './holiday.ts'
import { first, type Screen, trained } from './screens.ts'

const themes = ['light', 'dark'] as const

/**
 * With `LOOK=1` the screens are not compared but pictured, for somebody to look at: at the sizes that people have.
 *
 *     LOOK=1 npm run test:e2e -- screens
 */
const looks = process.env.LOOK !== undefined
const sizes = [
  { width: 1280, height: 800 },
  { width: 2560, height: 1440 },
  { width: 3840, height: 2160 },
]

/** Where the second half of the screens of a project begins: at the grid, as the first. */
const fromLabels = trained.findIndex(({ name }) => name === 'label')

/** Everything on the page is there and rests. */
async function settle(page: Page): Promise<void> {
  await page.evaluate('document.fonts.ready')
  type Picture = { src: string; complete: boolean }
  const areHere = (images: unknown[]): boolean => (images as Picture[]).every(({ src, complete }) => src && complete)
  await expect.poll(() => page.locator('img').evaluateAll(areHere)).toBe(true)
  await expect(page.locator('[aria-busy=true]')).toHaveCount(0)
  await expect(page.getByText('Saving…')).toHaveCount(0)
}

async function see(page: Page, theme: (typeof themes)[number]): Promise<void> {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
  await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
}

async function lookAt(page: Page, name: string): Promise<void> {
  const folder = path.resolve('test-results/look')
  mkdirSync(folder, { recursive: true })
  const before = page.viewportSize()!
  for (const size of sizes) {
    await page.setViewportSize(size)
    for (const theme of themes) {
      await see(page, theme)
      await settle(page)
      await page.screenshot({ path: path.join(folder, `${name}-${size.width}-${theme}.png`) })
    }
  }
  await page.setViewportSize(before)
}

/**
 * At half the size: what differs between two ways to smooth a letter averages out, and the kept pictures are small. A changed
 * figure, a date or a path is far below what is let through; a changed size, place or colour of anything is not.
 */
async function compare(page: Page, { name, hides }: Screen): Promise<void> {
  for (const theme of themes) {
    await see(page, theme)
    await settle(page)
    const setVisibility = (value: 'hidden' | '') =>
      page
        .locator(hides ?? '[data-never]')
        .evaluateAll((all, value) => all.map(({ style }) => style.setProperty('visibility', value)), value)
    await setVisibility('hidden')
    const picture = await sharp(await page.screenshot({ caret: 'hide' }))
      .resize(640)
      .jpeg({ quality: 75 })
      .toBuffer()
    await setVisibility('')
    expect.soft(picture, `${name}, ${theme}`).toMatchSnapshot(`${name}-${theme}.jpg`, { maxDiffPixelRatio: 0.01 })
  }
}

async function tour(page: Page, served: Served, screens: readonly Screen[]): Promise<void> {
  for (const screen of screens) {
    const { name, show, leave, varies } = screen
    await test.step(name, async () => {
      await show(page, served)
      if (looks) await lookAt(page, name)
      else {
        await expectNoViolations(page, name)
        if (!varies) await compare(page, screen)
      }
      await leave?.(page)
    })
  }
}

test('every screen before and around a project is open to everyone, and looks as it did', async ({
  app: page,
  served,
}) => {
  await tour(page, served, first)
})

// In two, so that one can go on beside the other.
for (const [what, screens] of [
  ['its images', trained.slice(0, fromLabels)],
  ['labels, models and all else', trained.slice(fromLabels)],
] as const) {
  test(`every screen of a project is open to everyone, and looks as it did: ${what}`, async ({
    app: page,
    served,
    trained: file,
  }) => {
    await openByPath(page, file)
    await tour(page, served, screens)
  })
}
