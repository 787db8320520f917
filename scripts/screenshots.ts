/**
 * Takes the pictures of the docs anew: the sample, drawn and fine-tuned, in a real browser.
 *
 *     node scripts/screenshots.ts
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium } from '@playwright/test'
import sharp from 'sharp'
import { serve } from '../src/main/shell/serve.ts'
import { findChromium } from './chromium.ts'
import { ensureRenderer } from './rendererBuild.ts'

const target = path.join(import.meta.dirname, '../resources/screenshots')
const folder = mkdtempSync(path.join(tmpdir(), 'surmise-screenshots-'))
process.env.SURMISE_HOME = path.join(folder, 'home')
process.env.HOME = folder
ensureRenderer()
mkdirSync(target, { recursive: true })
const shell = await serve({ open: false, port: 0 })
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  const shot = async (name: string) => {
    // Every picture of the screen is there.
    type Picture = { src: string; complete: boolean }
    const areHere = (images: unknown[]): boolean => (images as Picture[]).every(({ src, complete }) => src && complete)
    while (!(await page.locator('img').evaluateAll(areHere))) await page.waitForTimeout(50)
    const picture = await page.screenshot()
    await sharp(picture)
      .png({ palette: true, effort: 10 })
      .toFile(path.join(target, `${name}.png`))
  }
  await page.goto(shell.newUrl())
  await page.getByRole('button', { name: /sample/i }).click()
  await page.getByRole('button', { name: 'Skip the tour' }).click({ timeout: 240_000 })
  await page.locator('[data-path]').first().waitFor({ timeout: 240_000 })
  await page.getByRole('button', { name: 'Fine-tune' }).click()
  await page.getByRole('button', { name: 'Show suggestions' }).click({ timeout: 1_800_000 })
  await page.locator('[data-path]').nth(2).dblclick()
  await page.locator('li[data-state="suggested"]').first().waitFor()
  await shot('image')
  await page.keyboard.press('Escape')
  await page.emulateMedia({ colorScheme: 'dark' })
  // The whole first row, not where the open image was.
  await page.keyboard.press('Home')
  await page.locator('[data-path]').first().waitFor()
  await shot('grid')
  await page.emulateMedia({ colorScheme: 'light' })
  await page.keyboard.press('v')
  await page.getByRole('button', { name: 'Confirm' }).waitFor()
  await shot('label-by-label')
} finally {
  await browser.close()
  rmSync(folder, { recursive: true, force: true })
}
process.exit(0)
