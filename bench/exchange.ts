/**
 * Exports and imports of a project of 100,000 images × 80 labels, half known (4 million states). Each step runs in a process
 * of its own, so that its peak memory is its own.
 *
 *     node bench/exchange.ts [--json]
 */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { formatById } from '../src/main/exchange/formats.ts'
import { ImportPlan } from '../src/main/exchange/plan.ts'
import { openProject } from '../src/main/project/open.ts'
import { sourceOf, targetOf } from '../test/exchange/betweenRooms.ts'
import { makeBigProject } from '../test/project/bigProject.ts'

const size = { images: 100_000, labels: 80, known: 0.5 }
const millionRows = { images: 50_000, labels: 20 }

interface Figure {
  name: string
  seconds: number
  peakMegabytes: number
  longestWaitMilliseconds: number
  budget?: { seconds: number; peakMegabytes: number }
}

const steps: Record<string, (folder: string) => Promise<string>> = {
  'export COCO': (folder) => exportAs('coco', folder, 'big.json'),
  'export CSV': (folder) => exportAs('csv', folder, 'big.csv'),
  'import COCO, 4 million states': (folder) => importInto('empty.surmise', folder, 'big.json'),
  'import CSV, 1 million rows': (folder) => importInto('empty2.surmise', folder, 'million.csv'),
}

const budgets: Record<string, Figure['budget']> = {
  'export COCO': { seconds: 15, peakMegabytes: 400 },
  'import CSV, 1 million rows': { seconds: 20, peakMegabytes: 400 },
}

async function exportAs(format: string, folder: string, name: string): Promise<string> {
  const project = openProject(path.join(folder, 'big.surmise'))
  const snapshot = project.snapshot()
  const file = path.join(folder, name)
  const report = await formatById(format).write!(sourceOf(project, snapshot), file, { appVersion: 'bench' })
  snapshot.close()
  project.close()
  return `${report.present + report.absent} states, ${(statSync(file).size / 1e6).toFixed(0)} MB`
}

async function importInto(target: string, folder: string, name: string): Promise<string> {
  const project = openProject(path.join(folder, target))
  const file = path.join(folder, name)
  const started = performance.now()
  const collected = await formatById(name.endsWith('.csv') ? 'csv' : 'coco').read!(file, {})
  const read = performance.now()
  const plan = await ImportPlan.make('bench', collected, await targetOf(project))
  const planned = performance.now()
  const changed = await project.editLarge({ title: 'Import' }, (edit) => plan.apply(edit))
  const [a, b, c] = [read - started, planned - read, performance.now() - planned].map((time) =>
    (time / 1000).toFixed(1),
  )
  project.close()
  return `${changed} states: read ${a} s, preview ${b} s, write ${c} s`
}

async function writeMillionRows(file: string): Promise<void> {
  const out = createWriteStream(file)
  out.write('image,label,value\n')
  for (let i = 0; i < millionRows.images; i++) {
    const image = `folder ${String(i % 100).padStart(2, '0')}/IMG_${i}.jpg`
    const lines = Array.from(
      { length: millionRows.labels },
      (_, label) => `${image},label ${label + 1},${(i + label) % 3 ? 'absent' : 'present'}\n`,
    )
    if (!out.write(lines.join(''))) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
}

async function runStep(name: string, folder: string): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const started = performance.now()
  const told = await steps[name](folder)
  const seconds = Math.round((performance.now() - started) / 10) / 100
  delay.disable()
  const figure: Figure = {
    name: `${name} (${told})`,
    seconds,
    peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
    longestWaitMilliseconds: Math.round(delay.max / 1e6),
    budget: budgets[name],
  }
  console.log(JSON.stringify(figure))
}

async function main(): Promise<void> {
  const json = process.argv.includes('--json')
  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-bench-'))
  try {
    makeBigProject(folder, size)
    const emptyFolder = path.join(folder, 'empty')
    mkdirSync(emptyFolder)
    const empty = makeBigProject(emptyFolder, { ...size, labels: 0, known: 0 })
    for (const name of ['empty.surmise', 'empty2.surmise']) copyFileSync(empty, path.join(folder, name))
    await writeMillionRows(path.join(folder, 'million.csv'))
    const figures = Object.keys(steps).map((name): Figure => {
      const { stdout, stderr, status } = spawnSync(process.execPath, [import.meta.filename, '--step', name, folder], {
        encoding: 'utf8',
      })
      if (status !== 0) throw new Error(`${name}: ${stderr}`)
      const figure = JSON.parse(stdout) as Figure
      const { budget } = figure
      const limit = budget ? `   budget ${budget.seconds} s, ${budget.peakMegabytes} MB` : ''
      if (!json) {
        console.log(
          `${figure.name}\n    ${figure.seconds} s, peak ${figure.peakMegabytes} MB, longest wait ${figure.longestWaitMilliseconds} ms${limit}`,
        )
      }
      return figure
    })
    if (json) console.log(JSON.stringify({ bench: 'exchange', figures }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const [flag, name, folder] = process.argv.slice(2)
if (flag === '--step') await runStep(name, folder)
else await main()
