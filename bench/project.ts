/**
 * A project of 100,000 images × 80 labels, half known (4 million states): opening, marking, undo, queries, bulk actions.
 *
 *     node bench/project.ts [--json]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { StoredFilter, StoredSort } from '../src/main/domain/imageFilter.ts'
import { openProject } from '../src/main/project/file/open.ts'
import { makeBigProject } from '../test/project/bigProject.ts'

const size = { images: 100_000, labels: 80, known: 0.5 }
const json = process.argv.includes('--json')
const figures: { name: string; milliseconds: number; budget: number | null }[] = []

function report(name: string, milliseconds: number, budget: number | null = null): void {
  figures.push({ name, milliseconds: Math.round(milliseconds * 10) / 10, budget })
  if (!json)
    console.log(`${name.padEnd(64)} ${milliseconds.toFixed(1).padStart(9)} ms${budget ? `   budget ${budget} ms` : ''}`)
}

function timed(work: () => void): number {
  const started = performance.now()
  work()
  return performance.now() - started
}

async function timedAsync(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

function percentile(times: number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))]
}

/** The longest that the event loop was kept waiting meanwhile. */
async function longestWait(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  await work()
  delay.disable()
  return delay.max / 1e6
}

const folder = mkdtempSync(path.join(tmpdir(), 'surmise-bench-'))
try {
  let file = ''
  report(
    'make the project',
    timed(() => (file = makeBigProject(folder, size))),
  )
  if (!json) console.log(`${(statSync(file).size / 1e6).toFixed(0)} MB on disk, Node ${process.version}`)

  const opening = () => {
    const project = openProject(file)
    project.images.page({}, { by: 'path' }, 0, 200)
    project.labels.list()
    project.images.counts()
    return project
  }
  let project = opening()
  const times: number[] = []
  for (let round = 0; round < 5; round++) {
    project.close()
    times.push(timed(() => (project = opening())))
  }
  report('open, first page of 200 images, counts (worst of 5)', Math.max(...times), 1500)

  const queries: [string, StoredFilter, StoredSort?][] = [
    ['all, by path', {}],
    ['one label present', { labels: [{ labelId: 7, is: 'present' }] }],
    ['one label unknown', { labels: [{ labelId: 7, is: 'unknown' }] }],
    [
      'one present, one absent, one unknown',
      {
        labels: [
          { labelId: 7, is: 'present' },
          { labelId: 8, is: 'absent' },
          { labelId: 9, is: 'unknown' },
        ],
      },
    ],
    ['nothing known', { known: 'nothing' }],
    ['something known, by how many', { known: 'something' }, { by: 'known' }],
    ['text', { text: 'folder 42 img_9' }],
    ['folder and status', { folder: 'folder 42', status: ['ok'] }],
  ]
  for (const [name, filter, sort] of queries) {
    const ids = Math.max(...[1, 2, 3].map(() => timed(() => project.images.ids(filter, sort))))
    report(`ids: ${name} (${project.images.count(filter)})`, ids, 150)
  }
  report(
    'page of 200 at 90,000',
    Math.max(...[1, 2, 3].map(() => timed(() => project.images.page({}, { by: 'path' }, 90_000, 200)))),
    150,
  )

  const marking = (from: number) =>
    Array.from({ length: 500 }, (_, i) => {
      const change = {
        imageId: 1 + ((from + i * 7919) % size.images),
        labelId: 1 + (i % size.labels),
        state: (i % 2 ? 1 : -1) as 1 | -1,
      }
      return timed(() => project.states.set([change], { title: 'Mark' }))
    })
  report('mark, p95 of 500', percentile(marking(0), 0.95), 30)
  const undoing: number[] = []
  for (let i = 0; i < 300; i++) undoing.push(await timedAsync(() => project.history.undo()))
  report('undo of a mark, p95 of 300', percentile(undoing, 0.95), 30)

  let load = 0
  const wait = await longestWait(async () => {
    load = await timedAsync(() => project.states.matrix())
  })
  report('read the state matrix', load)
  report('longest wait of the event loop meanwhile', wait, 20)
  report('mark with the matrix in memory, p95 of 500', percentile(marking(31), 0.95), 30)
  const matrix = await project.states.matrix()
  report(
    'snapshot of the matrix for training',
    timed(() => void matrix.snapshot()),
  )

  const changes = (function* () {
    for (let imageId = 1; imageId <= 50_000; imageId++) {
      for (let labelId = 1; labelId <= 20; labelId++)
        yield { imageId, labelId, state: 1 as const, source: 'import' as const }
    }
  })()
  let bulk = 0
  const bulkWait = await longestWait(async () => {
    bulk = await timedAsync(() => project.editLarge({ title: 'Import' }, (edit) => edit.setStates(changes)))
  })
  report('1,000,000 states in one action', bulk, 20_000)
  report('longest wait of the event loop meanwhile', bulkWait)
  report(
    'the first mark after it',
    timed(() => project.states.set([{ imageId: 99_999, labelId: 3, state: 1 }], { title: 'x' })),
  )
  await project.history.undo()
  let undo = 0
  const undoWait = await longestWait(async () => {
    undo = await timedAsync(() => project.history.undo())
  })
  report('undo of the 1,000,000', undo)
  report('longest wait of the event loop meanwhile', undoWait)
  report(
    'remove a label with 50,000 states',
    timed(() => project.labels.remove(5)),
  )
  report('bring it back (undo)', await timedAsync(() => project.history.undo()))
  report('check the whole file, on another thread', await timedAsync(() => project.check()))
  report(
    'close',
    timed(() => project.close()),
  )
  if (json)
    console.log(
      JSON.stringify({ bench: 'project', figures, peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024) }),
    )
  else console.log(`peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
