/**
 * The pages over a project of 100,000 images × 80 labels, half known, with a model's scores for all of them: served by
 * `surmise serve` and driven in Chromium, as somebody's hands would. The pictures are a few, each under many names, so that
 * the disk's own speed plays no part; every one comes through the image route, thumbnails made as a scan makes them.
 *
 *     npm run bench -- ui [-- --json] [-- --viewed 20000]
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type CDPSession, chromium, type Page } from '@playwright/test'
import Database from 'better-sqlite3'
import { findChromium } from '../scripts/chromium.ts'
import { ensureRenderer } from '../scripts/rendererBuild.ts'
import { RandomState } from '../src/main/base/random.ts'
import { makeProject, size, startServing } from './servedProject.ts'
import { makeWatch, type Watch } from './uiWatch.ts'

declare global {
  interface Window {
    watch: Watch
  }
}

const { values } = parseArgs({
  options: { viewed: { type: 'string', default: '20000' }, json: { type: 'boolean', default: false } },
})
const viewed = Number(values.viewed)
const figures: { name: string; value: number; unit: 'ms' | 'MB'; aim: number | null }[] = []

function report(name: string, value: number, aim: number | null, unit: 'ms' | 'MB' = 'ms'): void {
  figures.push({ name, value: Math.round(value * 10) / 10, unit, aim })
  if (values.json) return
  const verdict = aim === null ? '' : `   aim ≤ ${aim} ${unit}${value <= aim ? '' : '   MISSED'}`
  console.log(`${name.padEnd(66)} ${value.toFixed(1).padStart(8)} ${unit}${verdict}`)
}

const quantile = (times: readonly number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))]

/** Begins to watch. @returns to wait for what it tells */
async function whenReady<Told>(page: Page, watch: () => Promise<Told>): Promise<() => Promise<Told>> {
  // Only when the page is watching may a key be pressed.
  const watching = await page.evaluateHandle(`({ told: (${watch})() })`)
  return () => watching.evaluate((one) => (one as { told: Promise<Told> }).told)
}

async function scrolling(page: Page): Promise<void> {
  const blanksWhile = async (work: () => Promise<unknown>) => {
    const stop = await page.evaluateHandle(() => window.watch.blanks())
    await work()
    await page.waitForTimeout(300)
    return page.evaluate((end) => end(), stop)
  }
  const box = (await page.getByRole('listbox').boundingBox())!
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  const wheel = await blanksWhile(async () => {
    for (let i = 0; i < 60; i++) {
      await page.mouse.wheel(0, 240)
      await page.waitForTimeout(30)
    }
  })
  report('scroll by the wheel: longest blank', wheel.longest, 100)
  const steady = await blanksWhile(() => page.evaluate(() => window.watch.scrollTo(60_000, 60)))
  report('scroll on by 60 pixels a frame: longest blank', steady.longest, 100)
  await page.getByRole('listbox').focus()
  const pages = await blanksWhile(async () => {
    for (let i = 0; i < 20; i++) {
      await page.keyboard.press('PageDown')
      await page.waitForTimeout(250)
    }
  })
  report('a page down, four a second: longest blank', pages.longest, 100)
  const random = new RandomState(5)
  const jumps = await blanksWhile(async () => {
    for (let i = 0; i < 20; i++) {
      const share = random.random()
      await page.getByRole('listbox').evaluate((grid, at) => {
        grid.scrollTop = at * (grid.scrollHeight - grid.clientHeight)
      }, share)
      await page.waitForTimeout(400)
    }
  })
  report('20 jumps to anywhere: longest blank', jumps.longest, 100)
  report('20 jumps to anywhere: blank of a tile, p95', quantile(jumps.times, 0.95), null)
}

/** Looks every millisecond whether anybody has committed to the file. @returns to wait for the next commit: its milliseconds since 1970 */
function watchCommits(file: string): { next: () => Promise<number>; close: () => void } {
  const db = new Database(file, { readonly: true })
  const version = () => db.pragma('data_version', { simple: true })
  return {
    async next() {
      for (const before = version(); version() === before; ) await wait(1)
      return performance.timeOrigin + performance.now()
    },
    close: () => db.close(),
  }
}

async function marking(page: Page, file: string): Promise<void> {
  const commits = watchCommits(file)
  await page.getByRole('listbox').focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await page.locator('li[data-label]').first().waitFor()
  await page.waitForTimeout(500)
  const keys = ['1', 'Shift+2', '3', 'Shift+4', '5', 'Shift+6', '7', '8']
  const times: { sent: number; commit: number; paint: number; saved: number }[] = []
  const steps: number[] = []
  for (let i = 0; i < 160; i++) {
    const next = await whenReady(page, () => window.watch.nextKey())
    const committed = commits.next()
    await page.keyboard.press(keys[i % keys.length])
    const { at, ...seen } = await next()
    times.push({ ...seen, commit: (await committed) - at })
    await page.waitForTimeout(60)
    if (i % 4 !== 3) continue
    const image = await whenReady(page, () => window.watch.nextImage())
    await page.keyboard.press('ArrowRight')
    steps.push(await image())
    await page.waitForTimeout(120)
  }
  const of = (kind: 'sent' | 'commit' | 'paint' | 'saved') => times.map((time) => time[kind])
  report('mark by a key: key to paint, p50', quantile(of('paint'), 0.5), 50)
  report('mark by a key: key to paint, p95', quantile(of('paint'), 0.95), 50)
  report('mark by a key: key to its message leaving the page, p95', quantile(of('sent'), 0.95), null)
  report('mark by a key: key to commit, p50', quantile(of('commit'), 0.5), 30)
  report('mark by a key: key to commit, p95', quantile(of('commit'), 0.95), 30)
  report('mark by a key: key to “All saved” on the screen, p50', quantile(of('saved'), 0.5), null)
  report('mark by a key: key to “All saved” on the screen, p95', quantile(of('saved'), 0.95), null)
  report('next image: key to its picture, p50', quantile(steps, 0.5), 50)
  report('next image: key to its picture, p95', quantile(steps, 0.95), 50)
  commits.close()
  await page.keyboard.press('Escape')
  await page.getByRole('listbox').waitFor()
}

async function finding(page: Page): Promise<void> {
  const sort = page.getByLabel('Sort', { exact: true })
  const times = new Map<string, { list: number; pictures: number }[]>()
  const measure = async (name: string, act: () => Promise<unknown>): Promise<void> => {
    const list = await whenReady(page, () => window.watch.nextList())
    await act()
    const time = await list().catch((cause) => {
      throw new Error(`${name}: nothing changed`, { cause })
    })
    times.set(name, [...(times.get(name) ?? []), time])
    await page.waitForTimeout(400)
  }
  const press = (name: string | RegExp) => page.getByRole('button', { name }).first().click()
  const sortBy = (label: string) => sort.selectOption({ label })
  // Another label in each round: no list that was there before is shown again.
  for (const label of [3, 7, 11, 19, 23]) {
    const line = new RegExp(`^label ${label} `)
    await measure('filter: one label present', () => press(line))
    await measure('sort: surest suggestion first', () => sortBy('Most certain first'))
    await measure('sort: newest first', () => sortBy('Newest first'))
    await measure('sort: least known first', () => sortBy('Least known first'))
    await sortBy('Name')
    await press(line)
    await page.waitForTimeout(500)
  }
  await measure('sort of all: surest suggestion first', () => sortBy('Most certain first'))
  await measure('sort of all: newest first', () => sortBy('Newest first'))
  await sortBy('Name')
  for (const [name, all] of times) {
    const of = (kind: 'list' | 'pictures') => all.map((time) => time[kind])
    report(`${name}: to the new list, median of ${all.length}`, quantile(of('list'), 0.5), 150)
    report(`${name}: and to its pictures`, quantile(of('pictures'), 0.5), null)
  }
}

/** In the grid, and one by one for a twentieth of them. */
async function heap(page: Page, session: CDPSession): Promise<void> {
  const megabytes = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'JSHeapUsedSize')!.value / 2 ** 20
  }
  report('heap before', await megabytes(), null, 'MB')
  const inView = Math.round(viewed / 20)
  const tiles = await page.getByRole('listbox').evaluate((grid, count) => {
    const rows = new Map<number, number>()
    for (const tile of grid.querySelectorAll('[role=option]')) {
      const top = Math.round(tile.getBoundingClientRect().top)
      rows.set(top, (rows.get(top) ?? 0) + 1)
    }
    const [one, other] = [...rows.keys()].sort((a, b) => a - b)
    return (count / Math.max(...rows.values())) * (other - one)
  }, viewed - inView)
  await page.evaluate((top) => window.watch.scrollTo(top, 150), tiles)
  await page.getByRole('listbox').focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await page.locator('li[data-label]').first().waitFor()
  for (let i = 0; i < inView; i++) {
    const image = await whenReady(page, () => window.watch.nextImage())
    await page.keyboard.press('ArrowRight')
    await image()
  }
  report(`heap after ${viewed.toLocaleString()} images viewed`, await megabytes(), 300, 'MB')
  await session.send('HeapProfiler.collectGarbage')
  report('the same after a collection', await megabytes(), null, 'MB')
}

const folder = mkdtempSync(path.join(tmpdir(), 'surmise-bench-'))
process.env.SURMISE_HOME = path.join(folder, 'home')
mkdirSync(process.env.SURMISE_HOME)
ensureRenderer()
let served: Awaited<ReturnType<typeof startServing>> | undefined
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
try {
  const file = await makeProject(folder)
  served = await startServing(file)
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  await page.addInitScript(`window.watch = (${makeWatch})()`)
  const started = performance.now()
  await page.goto(served.url)
  await page.locator('[data-path] img').first().waitFor()
  report('address to the first pictures', performance.now() - started, null)
  // All states are in memory by then, as for anybody who works.
  await page.waitForTimeout(6000)
  await scrolling(page)
  await finding(page)
  await marking(page, file)
  await heap(page, session)
} finally {
  await browser.close()
  await served?.stop()
  rmSync(folder, { recursive: true, force: true })
}
if (values.json) console.log(JSON.stringify({ size, viewed, figures }))
