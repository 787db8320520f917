/**
 * Somebody annotates 100,000 images for hours: marks, suggestions accepted and rejected, undo, filters, orders, the history, a
 * backup now and then. The memory of the main process, of the compute process and of the page is watched, and the files
 * that they hold open.
 *
 *     npm run bench -- soak [-- --minutes 120] [-- --json]
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type CDPSession, chromium, type Page } from '@playwright/test'
import { findChromium } from '../scripts/chromium.ts'
import { ensureRenderer } from '../scripts/rendererBuild.ts'
import { RandomState } from '../src/main/base/random.ts'
import { makeProject, size, startServing } from './servedProject.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '120' }, json: { type: 'boolean', default: false } },
})
const minutes = Number(values.minutes)
/** Memory that goes up and down is looked at often, and judged by the middle of many looks. */
const sampleEvery = 5_000
/** A quarter of the looks may differ so much from the quarter before. */
const allowed = 0.05

const watched = ['main process, MB', 'compute process, MB', 'page, MB', 'nodes of the page', 'open files'] as const
type Sample = Record<(typeof watched)[number], number>

const random = new RandomState(7)
const done = { marks: 0, images: 0, undos: 0, lists: 0, backups: 0 }

function residentMegabytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
}

/** The compute process is started anew where it crashed: it is looked for each time. */
function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
}

async function lookAt(pid: number, session: CDPSession): Promise<Sample> {
  await session.send('HeapProfiler.collectGarbage')
  const { metrics } = await session.send('Performance.getMetrics')
  const metric = (name: string): number => metrics.find((one) => one.name === name)!.value
  const children = childrenOf(pid)
  return {
    'main process, MB': residentMegabytes(pid),
    'compute process, MB': children.reduce((sum, child) => sum + residentMegabytes(child), 0),
    'page, MB': metric('JSHeapUsedSize') / 2 ** 20,
    'nodes of the page': metric('Nodes'),
    'open files': [pid, ...children].reduce((sum, one) => sum + readdirSync(`/proc/${one}/fd`).length, 0),
  }
}

/** A screenful of work: some dozen images, one after the other, by keys alone. */
async function annotate(page: Page): Promise<void> {
  await page.getByRole('listbox').focus()
  await page.keyboard.press('Home')
  for (let i = random.integer(200); i > 0; i--) await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await page.locator('li[data-label]').first().waitFor()
  for (let i = 0; i < 40; i++) {
    for (let marks = 1 + random.integer(4); marks > 0; marks--) {
      await page.keyboard.press(`${random.integer(2) ? 'Shift+' : ''}${1 + random.integer(8)}`)
      done.marks++
    }
    await page.keyboard.press(['a', 'x', ' ', 'w', 'ArrowRight'][random.integer(5)])
    if (random.integer(8) === 0) {
      await page.keyboard.press('Control+z')
      done.undos++
    }
    await page.keyboard.press('ArrowRight')
    await page.locator('section img[src*="/images/full/"]').first().waitFor()
    await page.waitForTimeout(60)
    done.images++
  }
  await page.keyboard.press('Escape')
  await page.getByRole('listbox').waitFor()
}

/** Another list: a filter, an order, and some scrolling. */
async function look(page: Page): Promise<void> {
  const label = page.getByRole('button', { name: new RegExp(`^label ${1 + random.integer(30)} `) }).first()
  const orders = ['Name', 'Newest first', 'Least known first', 'Most certain first', 'Most uncertain first']
  await label.click()
  await page.getByLabel('Sort', { exact: true }).selectOption({ label: orders[random.integer(orders.length)] })
  await page.waitForTimeout(400)
  for (let i = 0; i < 10; i++) {
    await page.getByRole('listbox').evaluate((grid, at) => {
      grid.scrollTop = at * (grid.scrollHeight - grid.clientHeight)
    }, random.random())
    await page.waitForTimeout(150)
  }
  await label.click()
  await page.getByLabel('Sort', { exact: true }).selectOption({ label: 'Name' })
  await page.keyboard.press('Control+h')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  done.lists++
}

/** What is not done every minute. */
async function backUp(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.keyboard.type('backups')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Backups' })
  const button = dialog.getByRole('button', { name: 'Back up now' })
  await button.click()
  await page.waitForFunction((one) => !(one as HTMLButtonElement).disabled, await button.elementHandle(), {
    timeout: 120_000,
  })
  await page.keyboard.press('Escape')
  done.backups++
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]

function report(samples: readonly Sample[]): boolean {
  const quarter = Math.floor(samples.length / 4)
  const rows = watched.map((name) => {
    const of = (from: number) => median(samples.slice(from * quarter, (from + 1) * quarter).map((one) => one[name]))
    const quarters = [0, 1, 2, 3].map(of)
    const drift = quarters[3] / quarters[2] - 1
    return { name, quarters, drift, flat: Math.abs(drift) <= allowed }
  })
  if (values.json) console.log(JSON.stringify({ size, minutes, samples: samples.length, done, rows }))
  else {
    console.log(
      `${minutes} minutes: ${Object.entries(done)
        .map(([what, count]) => `${count} ${what}`)
        .join(', ')}`,
    )
    console.log('\n| median of each quarter | 1 | 2 | 3 | 4 | change in the last half |\n|---|---|---|---|---|---|')
    for (const { name, quarters, drift, flat } of rows) {
      const change = `${drift >= 0 ? '+' : ''}${(drift * 100).toFixed(1)} %${flat ? '' : ', MISSED: aim ± 5 %'}`
      console.log(`| ${name} | ${quarters.map((value) => Math.round(value)).join(' | ')} | ${change} |`)
    }
  }
  return rows.every(({ flat }) => flat)
}

const folder = mkdtempSync(path.join(tmpdir(), 'surmise-bench-'))
process.env.SURMISE_HOME = path.join(folder, 'home')
mkdirSync(process.env.SURMISE_HOME)
ensureRenderer()
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
let flat = false
const served = await startServing(await makeProject(folder))
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  await page.goto(served.url)
  await page.locator('[data-path] img').first().waitFor()
  await page.waitForTimeout(6000)
  const samples: Sample[] = []
  const ends = performance.now() + minutes * 60_000
  let backedUp = performance.now()
  const watching = (async () => {
    for (let next = performance.now(); next < ends; next += sampleEvery) {
      await wait(Math.max(0, next - performance.now()))
      samples.push(await lookAt(served.child.pid!, session))
    }
  })()
  while (performance.now() < ends) {
    await annotate(page)
    await look(page)
    if (performance.now() - backedUp > 10 * 60_000) {
      backedUp = performance.now()
      await backUp(page)
    }
  }
  await watching
  flat = report(samples)
} finally {
  await browser.close()
  await served.stop()
  rmSync(folder, { recursive: true, force: true })
}
process.exit(flat ? 0 : 1)
