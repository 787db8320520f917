/**
 * Somebody at the keyboard who decides without thinking, as fast as the application shows what came of a key: the sample, trained
 * once, served by `surmise serve` and driven in Chromium. Image by image, then label by label; in the end every decision is looked up
 * in what the command line exports.
 *
 *     npm run bench -- session [-- --decisions 250] [-- --json]
 */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { chromium } from '@playwright/test'
import { findChromium } from '../scripts/chromium.ts'
import { ensureRenderer } from '../scripts/rendererBuild.ts'
import { serve } from '../src/main/shell/serve.ts'
import { Annotator, type Session } from '../test/e2e/annotator.ts'
import { openProject } from '../test/e2e/hands.ts'

const { values } = parseArgs({
  options: {
    decisions: { type: 'string', default: '250' },
    json: { type: 'boolean', default: false },
  },
})
/** Of each way of working. */
const wanted = Number(values.decisions)
const folder = mkdtempSync(path.join(tmpdir(), 'surmise-bench-'))
process.env.SURMISE_HOME = path.join(folder, 'home')
mkdirSync(process.env.SURMISE_HOME)
const project = path.join(folder, 'sample/Sample.surmise')
const cli = path.join(import.meta.dirname, '../src/main/shell/cli.ts')
const surmise = (...args: string[]) => promisify(execFile)(process.execPath, [cli, ...args])

/** image,label → present or absent. */
async function known(): Promise<Map<string, string>> {
  const file = path.join(folder, `known-${performance.now()}.csv`)
  await surmise('export', project, file, '--format', 'csv')
  const lines = readFileSync(file, 'utf8').trim().split(/\r?\n/).slice(1)
  return new Map(lines.map((line) => [line.split(',').slice(0, 2).join(), line.split(',')[2]]))
}

function report(name: string, { decisions, keys, waited }: Session, seconds: number) {
  const figures = {
    decisions: decisions.size,
    keys,
    perMinute: Math.round(decisions.size / (waited / 60_000)),
    millisecondsPerKey: Math.round((waited / keys) * 10) / 10,
    seconds: Math.round(seconds * 10) / 10,
  }
  if (!values.json) {
    console.log(
      `${name.padEnd(16)} ${figures.decisions} decisions by ${keys} keys, ${figures.millisecondsPerKey} ms from a key to its frame: ` +
        `${figures.perMinute.toLocaleString('en')} decisions a minute (${figures.seconds} s with the driver of the browser)`,
    )
  }
  return figures
}

ensureRenderer()
await surmise('sample', path.dirname(project))
await surmise('train', project, '--seed', '1', '--device', 'cpu')
const before = await known()
const shell = await serve({ open: false, port: 0 })
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
let failed = false
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(shell.newUrl())
  await openProject(page, project)
  const timed = async (name: string, work: () => Promise<Session>) => {
    const started = performance.now()
    const session = await work()
    return { session, figures: report(name, session, (performance.now() - started) / 1000) }
  }
  await page.keyboard.press('Control+Shift+Enter')
  // Enter opens what is shown: the new list has to be.
  await page.getByRole('button', { name: 'Has suggestions' }).waitFor()
  await page.waitForTimeout(1000)
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await page.locator('li[data-state="suggested"]').first().waitFor()
  const images = await timed('image by image', () => new Annotator(page).imageByImage(wanted))
  await page.keyboard.press('Escape')
  await page.keyboard.press('v')
  await page.locator('[data-page-image] img').first().waitFor()
  const labels = await timed('label by label', () => new Annotator(page, 2).labelByLabel(wanted))

  const expected = new Map([...before, ...images.session.decisions, ...labels.session.decisions])
  const after = await known()
  const lost = [...expected].filter(([pair, state]) => after.get(pair) !== state).length
  const others = after.size - expected.size
  failed = lost > 0 || others !== 0
  if (values.json) console.log(JSON.stringify({ images: images.figures, labels: labels.figures, lost, others }))
  else
    console.log(
      `in the project: ${failed ? `${lost} LOST, ${others} that nobody made` : 'every one of them, and no other'}`,
    )
} finally {
  await browser.close()
  rmSync(folder, { recursive: true, force: true })
}
process.exit(failed ? 1 : 0)
