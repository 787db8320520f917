/**
 * Exports and imports of a project of 100,000 images × 80 labels, half known (4 million states), and of a million rows of labels.
 * Each step runs in a process of its own, so that its peak memory is its own.
 *
 *     node bench/exchange.ts [--json]
 */

import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { sinkOf } from '../src/main/app/exchange/importing.ts'
import { formatById } from '../src/main/exchange/formats/list.ts'
import { ImportPlan } from '../src/main/exchange/plan/plan.ts'
import { openProject } from '../src/main/project/file/open.ts'
import { sourceOf, targetOf } from '../test/exchange/betweenRooms.ts'
import { makeBigProject } from '../test/project/bigProject.ts'

const size = { images: 100_000, labels: 80, known: 0.5 }
const millionRows = { images: 50_000, labels: 20 }

interface Figure {
  name: string
  seconds: number
  rowsPerSecond: number
  peakMegabytes: number
  longestWaitMilliseconds: number
  budget?: { seconds: number; peakMegabytes: number }
}

/** What it did: how many rows (marks) passed, and a few words. */
type Done = [rows: number, told: string]

const steps: Record<string, (folder: string) => Promise<Done>> = {
  'export COCO': (folder) => exportAs('coco', folder, 'big.json'),
  'export CSV': (folder) => exportAs('csv', folder, 'big.csv'),
  'import COCO, 4 million states': (folder) => importInto('empty.surmise', folder, 'big.json'),
  'import COCO, 1 million annotations': (folder) => importInto('empty3.surmise', folder, 'million.json'),
  'import CSV, 1 million rows': (folder) => importInto('empty2.surmise', folder, 'million.csv'),
}

const budgets: Record<string, Figure['budget']> = {
  'export COCO': { seconds: 15, peakMegabytes: 400 },
  'import COCO, 1 million annotations': { seconds: 20, peakMegabytes: 400 },
  'import CSV, 1 million rows': { seconds: 20, peakMegabytes: 400 },
}

async function exportAs(format: string, folder: string, name: string): Promise<Done> {
  const project = openProject(path.join(folder, 'big.surmise'))
  const snapshot = project.snapshot()
  const file = path.join(folder, name)
  const report = await formatById(format).write!(sourceOf(project, snapshot), file, { appVersion: 'bench' })
  snapshot.close()
  project.close()
  return [report.present + report.absent, `${(statSync(file).size / 1e6).toFixed(0)} MB`]
}

async function importInto(target: string, folder: string, name: string): Promise<Done> {
  const project = openProject(path.join(folder, target))
  const file = path.join(folder, name)
  const started = performance.now()
  const collected = await formatById(name.endsWith('.csv') ? 'csv' : 'coco').read!(file, {})
  const read = performance.now()
  const plan = await ImportPlan.make('bench', collected, await targetOf(project))
  const planned = performance.now()
  const changed = await project.editLarge({ title: 'Import' }, (edit) => plan.apply(sinkOf(edit)))
  const [a, b, c] = [read - started, planned - read, performance.now() - planned].map((time) =>
    (time / 1000).toFixed(1),
  )
  project.close()
  return [changed, `read ${a} s, preview ${b} s, write ${c} s`]
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

/** The same as another program's COCO file: boxes. */
async function writeMillionAnnotations(file: string): Promise<void> {
  const out = createWriteStream(file)
  const list = async (name: string, count: number, entry: (index: number) => object) => {
    out.write(`"${name}":[`)
    for (let i = 0; i < count; i++) {
      if (!out.write(`${i === 0 ? '' : ','}\n${JSON.stringify(entry(i))}`)) await once(out, 'drain')
    }
    out.write('\n]')
  }
  out.write('{')
  await list('images', millionRows.images, (i) => ({
    ...{ id: i + 1, width: 640, height: 480 },
    file_name: `folder ${String(i % 100).padStart(2, '0')}/IMG_${i}.jpg`,
  }))
  out.write(',\n')
  await list('annotations', millionRows.images * millionRows.labels, (i) => ({
    ...{ id: i + 1, image_id: Math.floor(i / millionRows.labels) + 1, category_id: (i % millionRows.labels) + 1 },
    ...{ bbox: [10.5, 20.25, 100, 50], area: 5000, iscrowd: 0 },
  }))
  out.write(',\n')
  await list('categories', millionRows.labels, (i) => ({ id: i + 1, name: `label ${i + 1}` }))
  out.write('}\n')
  out.end()
  await once(out, 'finish')
}

async function runStep(name: string, folder: string): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const started = performance.now()
  const [rows, told] = await steps[name](folder)
  const seconds = Math.round((performance.now() - started) / 10) / 100
  delay.disable()
  const figure: Figure = {
    name: `${name} (${rows} rows; ${told})`,
    seconds,
    rowsPerSecond: Math.round(rows / seconds),
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
    for (const name of ['empty.surmise', 'empty2.surmise', 'empty3.surmise'])
      copyFileSync(empty, path.join(folder, name))
    await writeMillionRows(path.join(folder, 'million.csv'))
    await writeMillionAnnotations(path.join(folder, 'million.json'))
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
          `${figure.name}\n    ${figure.seconds} s, ${figure.rowsPerSecond.toLocaleString('en')} rows/s, peak ${figure.peakMegabytes} MB, longest wait ${figure.longestWaitMilliseconds} ms${limit}`,
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
