/**
 * The whole job, in a network without anybody else, each process of Surmise’s traced; started by nothingSent.deep.test.ts. What it
 * prints at the end is for that test. The browser is not Surmise’s, and not traced: what its page asks for is told.
 *
 *     node job.ts FOLDER
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { chromium } from '@playwright/test'
import { findChromium } from '../../scripts/chromium.ts'
import { pictures } from '../app/pictures.ts'
import { look, traced } from './trace.ts'

export interface Told {
  /** What was run, in order. */
  runs: string[]
  /** Addresses that the page asked for and that are not the server’s. */
  elsewhere: string[]
  /** The server has outlived the time that the library takes to report when it may. */
  outlived: boolean
}

const folder = process.argv[2]
const at = (...names: string[]) => path.join(folder, ...names)
const cli = path.resolve(import.meta.dirname, '../../src/main/shell/cli.ts')
const model = path.resolve(import.meta.dirname, '../../resources/backbones/surmise-tiny.onnx')
const runs: string[] = []
const children: ChildProcess[] = []

/** The environment of a person who has just got the machine: nothing of what checks and servers are told by. */
function personIn(home: string): Record<string, string> {
  const places = { HOME: '', TMPDIR: 'tmp', XDG_CONFIG_HOME: 'config', XDG_CACHE_HOME: 'cache' }
  const more = { XDG_DATA_HOME: 'data', XDG_STATE_HOME: 'state', XDG_RUNTIME_DIR: 'run' }
  const folders = Object.entries({ ...places, ...more }).map(([name, place]) => [name, path.join(home, place)] as const)
  for (const [, place] of folders) mkdirSync(place, { recursive: true })
  return { PATH: process.env.PATH!, LANG: 'C.UTF-8', ...Object.fromEntries(folders) }
}

function start(name: string, home: string, command: readonly string[]): ChildProcess {
  const [program, ...args] = traced(at('traces', name), command)
  mkdirSync(at('traces'), { recursive: true })
  const options = { env: personIn(at(home)), cwd: at('project') }
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  return child
}

/** Sends a signal to the traced program: the tracer keeps those that it gets for itself, and ends with the program. */
function signalTraced(child: ChildProcess, signal: NodeJS.Signals): void {
  for (const id of readdirSync('/proc')) {
    if (!/^\d+$/.test(id)) continue
    try {
      const [, parent] = /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))!
      if (Number(parent) === child.pid) process.kill(Number(id), signal)
    } catch {
      // It has ended meanwhile.
    }
  }
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<unknown> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  signalTraced(child, signal)
  return ended
}

// Whatever happens, nothing of it stays behind.
process.on('exit', () => {
  for (const child of children) if (child.exitCode === null) signalTraced(child, 'SIGKILL')
})

/** Runs a program of Node’s to its end. @returns what it printed */
async function run(...args: string[]): Promise<string> {
  const [name, program, ...rest] = args
  runs.push(args.join(' '))
  const child = start(`${String(runs.length).padStart(2, '0')}-${name}`, 'person', [process.execPath, program, ...rest])
  let text = ''
  child.stdout!.on('data', (part) => {
    text += part
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${text}`)
  return text
}

const surmise = (command: string, ...args: string[]): Promise<string> => run(command, cli, command, ...args)

const project = at('project', 'secret.surmise')
const photos = at('project', 'private photos')
/** A data set with every label. */
const labelled = at('project', 'labelled')
mkdirSync(at('project'), { recursive: true })
mkdirSync(at('out'))
// What the library does when nobody tells it not to: as long as that takes, the server below is watched.
writeFileSync(
  at('control.mjs'),
  `const { default: ort } = await import(${JSON.stringify(import.meta.resolve('onnxruntime-node'))})
  await ort.InferenceSession.create(${JSON.stringify(model)})
  setInterval(() => {}, 1000)`,
)
const control = start('control', 'control', [process.execPath, at('control.mjs')])
control.stdout!.resume()

const names = await pictures(photos, 24)
const marks = names
  .slice(0, 16)
  .flatMap((name, i) => [
    `${name},HIV positive,${i % 2 === 0 ? 'present' : 'absent'}`,
    `${name},right,${i % 2 === 0 ? 'absent' : 'present'}`,
  ])
writeFileSync(at('project', 'marks.csv'), ['image,label,value', ...marks, ''].join('\n'))
await surmise('new', project, '--images', photos)
await surmise('import', project, at('project', 'marks.csv'))
await surmise('backups', project, '--make')
await surmise('restore', project, '1')
await surmise('embed', project, '--device', 'cpu')
await surmise('train', project, '--device', 'cpu', '--seed', '1')
const copy = at('project', 'copy.surmise')
copyFileSync(project, copy)
await surmise('suggest', project, '--out', at('out', 'suggestions.csv'))
const { formats } = JSON.parse((await surmise('formats', '--json')).trim().split('\n').at(-1)!) as {
  formats: { id: string; writes: string | null }[]
}
const readOnly = [
  ...formats.flatMap(({ id, writes }) => {
    if (writes === null) return []
    return writes.startsWith('file')
      ? [['export', project, at('out', `${id}.out`), '--format', id]]
      : [['export', project, at('out', id), '--format', id, '--images', 'copy']]
  }),
  ['report', project, at('out', 'report.html')],
  ['export-model', project, at('out', 'model.onnx')],
  ['explain', project, names[20], 'right'],
  ['accept', project, '--precision', '0.8', '--dry-run'],
  ['backbones', 'try', project, 'surmise-tiny'],
  ...[
    ['next', project],
    ['status', project],
    ['models', project],
    ['backups', project],
    ['doctor', project],
  ],
  ['merge', project, copy, '--dry-run'],
  ...[['backbones', 'list'], ['devices'], ['sample', at('out', 'sample')]],
  ['benchmark', labelled, '--known', '0.6', '--seeds', '1', '--labels-with-at-least', '2', '--device', 'cpu'],
  ['simulate', labelled, '--rounds', '2', '--labels-with-at-least', '10', '--device', 'cpu'],
]
const painted = await pictures(path.join(labelled, 'images'), 40)
const truth = painted.map((name, i) => `${name}\ttrain\t${i % 2 === 0 ? 'left' : 'right'}`)
writeFileSync(path.join(labelled, 'labels.tsv'), ['image\tsplit\tlabels', ...truth, ''].join('\n'))
const turns = readOnly.values()
// Two at a time: most of a command is waiting for its start.
await Promise.all(
  [1, 2].map(async () => {
    for (const [command, ...args] of turns) await surmise(command, ...args)
  }),
)
// Beside an exported model lies a program for people who have no Surmise.
symlinkSync(path.resolve(import.meta.dirname, '../../node_modules'), at('out', 'node_modules'))
await run('example', at('out', 'model.example.mjs'), path.join(photos, names[20]))

/** Starts a command that serves. @returns its process, and its address once it listens */
async function serve(command: string, ...args: string[]): Promise<{ server: ChildProcess; url: string }> {
  runs.push([command, cli, command, ...args].join(' '))
  const server = start(command, 'person', [process.execPath, cli, command, ...args])
  const url = await new Promise<string>((resolve, reject) => {
    let text = ''
    server.stdout!.on('data', (part) => {
      text += part
      const found = /http:\S+[^\s.,;]/.exec(text)
      if (found) resolve(found[0])
    })
    server.once('exit', (code) => reject(new Error(`surmise ${command} ended with ${code}: ${text}`)))
  })
  return { server, url }
}

const backend = await serve('label-studio', project, '--port', '0')
const health = await fetch(new URL('/health', backend.url))
if (!health.ok) throw new Error(`surmise label-studio answered ${health.status}`)
await end(backend.server, 'SIGINT')

const { server, url } = await serve('serve', project, '--no-open')
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
const page = await browser.newPage()
// Limits for what hangs, not for what is slow.
page.setDefaultTimeout(180_000)
const elsewhere = new Set<string>()
const { origin, host } = new URL(url)
for (const kind of ['request', 'websocket'] as const) {
  page.on(kind as 'request', (one) => {
    const asked = new URL(one.url())
    const isHere = asked.origin === origin || asked.host === host || /^(blob|data):$/.test(asked.protocol)
    if (!isHere) elsewhere.add(one.url())
  })
}
await page.goto(url)
await page.locator('[data-path]').first().waitFor()
await page.keyboard.press('Enter')
await page.locator('li[data-label]').first().waitFor()
await page.keyboard.press('1')
await page.getByText('All saved').waitFor()
await page.keyboard.press('Control+Enter')
await page.getByRole('progressbar', { name: 'Fine-tune' }).waitFor()
await page.getByRole('progressbar', { name: 'Fine-tune' }).waitFor({ state: 'hidden' })

// As long as the server’s compute process, a library that may report has reported.
const onlySent = { written: () => true, started: [] }
const reported = () => look(at('traces'), 'control', folder, onlySent).sent.length > 0
for (const until = Date.now() + 180_000; !reported() && Date.now() < until; ) await wait(500)
const outlived = reported()
await browser.close()
await end(server, 'SIGINT')
await end(control, 'SIGKILL')
writeFileSync(at('told.json'), JSON.stringify({ runs, elsewhere: [...elsewhere], outlived } satisfies Told))
