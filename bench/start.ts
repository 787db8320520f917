/**
 * From the start of the program to the first paint, what it costs while nobody does anything, and the memory of the main process
 * with a project of 100,000 images × 80 labels, half known. The browser shell, in a Chromium that runs already; processes are
 * looked at through /proc, so the last two are told on Linux alone.
 *
 *     npm run bench -- start [-- --json]
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Browser, chromium, type Page } from '@playwright/test'
import { findChromium } from '../scripts/chromium.ts'
import { ensureRenderer } from '../scripts/rendererBuild.ts'
import { makeBigProject } from '../test/project/bigProject.ts'

const root = path.join(import.meta.dirname, '..')
const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
const size = { images: 100_000, labels: 80, known: 0.5 }
const runs = 5
const isLinux = process.platform === 'linux'
/** Seconds: until what follows an opening is over, and of rest. */
const idle = { settling: 90, watched: 20 }
const figures: { name: string; value: number; unit: string; aim: number | null }[] = []

function report(name: string, value: number, unit: string, aim: number | null): void {
  figures.push({ name, value: Math.round(value * 100) / 100, unit, aim })
  if (values.json) return
  const verdict = aim === null ? '' : `   aim ≤ ${aim} ${unit}${value <= aim ? '' : '   MISSED'}`
  console.log(`${name.padEnd(66)} ${value.toFixed(unit === '%' ? 2 : 0).padStart(8)} ${unit}${verdict}`)
}

interface Started {
  pid: number
  page: Page
  /** Milliseconds from the start of the program. */
  address: number
  /** Of the processor's time, until then; NaN where nobody can know. */
  processor: number
  paint: number
  stop(): Promise<void>
}

/** The program as people start it, and its page, to the first paint that shows something. */
async function start(browser: Browser, ...args: string[]): Promise<Started> {
  const cli = path.join(root, 'src/main/shell/cli.ts')
  // As `npm start` does; the first start fills the cache.
  const env = { ...process.env, NODE_COMPILE_CACHE: path.join(root, 'node_modules/.cache/compile') }
  const begun = Date.now()
  const child = spawn(process.execPath, [cli, 'serve', ...args, '--no-open'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`surmise serve ended with ${code}`)))
    child.stdout.once('data', (text) => resolve(String(text).trim()))
  })
  const address = Date.now() - begun
  const processor = isLinux ? 1000 * family(child.pid!).reduce((sum, one) => sum + processorTime(one), 0) : Number.NaN
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(url)
  const painted = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const observer = new PerformanceObserver((list) => {
          const [entry] = list.getEntriesByName('first-contentful-paint')
          if (entry) resolve(performance.timeOrigin + entry.startTime)
        })
        observer.observe({ type: 'paint', buffered: true })
      }),
  )
  const stop = async () => {
    await page.close()
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGINT')
    await ended
  }
  return { pid: child.pid!, page, address, processor, paint: painted - begun, stop }
}

const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]

/** A process and all that it has started. */
function family(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return [pid, ...(children === '' ? [] : children.split(' ')).flatMap((child) => family(Number(child)))]
}

/** Seconds of processor time so far. A tick is a hundredth of a second wherever Linux runs. */
function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

function megabytes(pid: number): number {
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}

async function resting(name: string, pid: number): Promise<void> {
  if (!readdirSync('/proc').includes(String(pid))) return
  const all = () => family(pid).reduce((sum, one) => sum + processorTime(one), 0)
  const until = performance.now() + idle.settling * 1000
  for (let last = -1; all() > last && performance.now() < until; ) {
    last = all()
    await wait(4000)
  }
  const before = all()
  await wait(idle.watched * 1000)
  report(`${name}: processor while nobody does anything`, (100 * (all() - before)) / idle.watched, '%', 0.5)
}

const folder = mkdtempSync(path.join(tmpdir(), 'surmise-bench-'))
process.env.SURMISE_HOME = path.join(folder, 'home')
mkdirSync(process.env.SURMISE_HOME)
ensureRenderer()
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
let running: Started | undefined
try {
  const file = makeBigProject(folder, size)
  if (!values.json) console.log(`load of this machine: ${loadavg()[0].toFixed(1)}`)
  for (const [name, args] of [
    ['no project', []],
    ['100,000 images', [file]],
  ] as const) {
    const times: Started[] = []
    for (let run = 0; run < runs; run++) {
      running = await start(browser, ...args)
      times.push(running)
      if (run < runs - 1) await running.stop()
    }
    report(`${name}: start to the address, median of ${runs}`, median(times.map(({ address }) => address)), 'ms', null)
    const spent = median(times.map(({ processor }) => processor))
    if (isLinux) report(`${name}: processor time until then`, spent, 'ms', null)
    report(`${name}: start to the first paint, median of ${runs}`, median(times.map(({ paint }) => paint)), 'ms', 1500)
    const { pid, page, stop } = running!
    if (isLinux) await resting(name, pid)
    if (isLinux && args.length > 0) {
      report('100,000 images: memory of the main process, at rest', megabytes(pid), 'MB', 250)
      // As somebody does who works: other orders, filters, and what is known of each label.
      await page.getByLabel('Sort', { exact: true }).selectOption({ label: 'Least known first' })
      await wait(2000)
      await page.getByRole('listbox', { name: 'Images' }).focus()
      for (const key of ['End', 'Home', 'PageDown', 'PageDown']) {
        await page.keyboard.press(key)
        await wait(500)
      }
      await wait(5000)
      report('100,000 images: the same after sorting and scrolling', megabytes(pid), 'MB', 250)
    }
    await stop()
    running = undefined
  }
} finally {
  await running?.stop().catch(() => undefined)
  await browser.close()
  rmSync(folder, { recursive: true, force: true })
}
if (values.json) console.log(JSON.stringify({ size, figures }))
