import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import { madeOnce } from './madeOnce.ts'
import { test as quiet } from './quiet.ts'

const cli = path.resolve(import.meta.dirname, '../../src/main/shell/cli.ts')

/** The application as `surmise serve` starts it, for one test: with a home and a folder of its own. */
export interface Served {
  /** Lets one browser in, once. */
  url: string
  /** An empty folder for projects, images and exports; it goes when the test ends. */
  folder: string
  /** Where it keeps recent projects and its log. */
  home: string
  process: ChildProcess
  /** Ends it, by a signal that it can't hear or by Ctrl+C, and waits until it is gone. */
  end(signal: 'SIGKILL' | 'SIGINT'): Promise<void>
  /** Starts it again after its end. @returns a new address */
  start(...args: string[]): Promise<string>
  /** Runs the command line with the same home, to its end. @returns what it printed */
  surmise(...args: string[]): Promise<string>
}

interface Fixtures {
  /** What the application finds in its environment beside what is there. */
  environment: Record<string, string>
  served: Served
  /** A page that has been let in, on the start screen. */
  app: Page
  /** A sample project of this test's own. @returns its file */
  sample: string
  /** 60 images of the sample with what is known of them, trained twice: there is a version before. @returns its file */
  trained: string
}

interface WorkerFixtures {
  /** Drawn once: the folder of a sample that tests copy. */
  drawnSample: string
  /** Trained once: the folder of what `trained` copies. */
  trainedSample: string
}

export const test = quiet.extend<Fixtures, WorkerFixtures>({
  drawnSample: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from it that no other fixture is asked for
    async ({}, use) => {
      const folder = await madeOnce('sample', async (folder) => {
        const env = { ...process.env, SURMISE_HOME: `${folder}-home` }
        await output(spawn(process.execPath, [cli, 'sample', folder], { env }))
      })
      await use(folder)
    },
    { scope: 'worker', timeout: 900_000 },
  ],
  trainedSample: [
    async ({ drawnSample }, use) => {
      await use(await madeOnce('trained', (folder) => trainTwice(drawnSample, folder)))
    },
    { scope: 'worker', timeout: 900_000 },
  ],
  sample: async ({ drawnSample, served }, use) => {
    const folder = path.join(served.folder, 'sample')
    cpSync(drawnSample, folder, { recursive: true })
    await use(path.join(folder, 'Sample.surmise'))
  },
  trained: async ({ trainedSample, served }, use) => {
    const folder = path.join(served.folder, 'trained')
    cpSync(trainedSample, folder, { recursive: true })
    await use(path.join(folder, 'Trained.surmise'))
  },
  environment: [{}, { option: true }],
  served: async ({ environment, pageErrors }, use) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'surmise-e2e-'))
    const home = path.join(folder, '.home')
    const env = { ...process.env, SURMISE_HOME: home, HOME: folder, USERPROFILE: folder, ...environment }
    const surmise = (...args: string[]) => output(spawn(process.execPath, [cli, ...args], { env }))
    const served = { url: '', folder, home, surmise } as Served
    served.start = async (...args) => {
      const command = [cli, 'serve', '--no-open', ...args]
      const child = spawn(process.execPath, command, { env, stdio: ['ignore', 'pipe', 'inherit'] })
      const exited = new Promise((resolve) => child.once('exit', resolve))
      served.process = child
      served.end = async (signal) => {
        child.kill(signal)
        await exited
      }
      served.url = await firstLine(child)
      return served.url
    }
    await served.start()
    await use(served)
    pageErrors.isOver = true
    await served.end('SIGINT')
    expect(processesOf(home), 'processes that outlive the application').toEqual([])
    rmSync(folder, { recursive: true, force: true })
  },
  app: async ({ served, page }, use) => {
    await page.goto(served.url)
    // Before it is drawn, it hears no key.
    await expect(page.getByRole('main')).toBeVisible()
    await use(page)
  },
})

export { expect } from '@playwright/test'

/** Makes a project of 60 images of the sample, with what is known of them, and trains it twice. */
async function trainTwice(drawnSample: string, folder: string): Promise<void> {
  const env = { ...process.env, SURMISE_HOME: path.join(folder, '.home') }
  const surmise = (...args: string[]) => output(spawn(process.execPath, [cli, ...args], { env }))
  const [images, marks] = [path.join(folder, 'images'), path.join(folder, 'marks.csv')]
  const project = path.join(folder, 'Trained.surmise')
  const all = path.join(drawnSample, 'images')
  mkdirSync(images)
  for (const name of readdirSync(all).sort().slice(0, 60)) cpSync(path.join(all, name), path.join(images, name))
  await surmise('export', path.join(drawnSample, 'Sample.surmise'), marks, '--format', 'csv')
  // In one order, whatever order the sample was scanned in: labels are added as they come.
  const [head, ...lines] = readFileSync(marks, 'utf8').trimEnd().split('\n')
  writeFileSync(marks, `${[head, ...lines.sort()].join('\n')}\n`)
  await surmise('new', project, '--images', images)
  await surmise('import', project, marks)
  for (const seed of ['1', '2']) await surmise('train', project, '--seed', seed, '--device', 'cpu')
}

/** The command lines of what runs with this home. Only Linux tells. */
function processesOf(home: string): string[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').flatMap((id) => {
    if (!/^\d+$/.test(id)) return []
    try {
      const environment = readFileSync(`/proc/${id}/environ`, 'utf8').split('\0')
      if (!environment.includes(`SURMISE_HOME=${home}`)) return []
      return readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ')
    } catch {
      // It has ended meanwhile, or is another user's.
      return []
    }
  })
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout!.on('data', (part) => {
      text += part
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')))
    })
    child.once('exit', (code) => reject(new Error(`surmise serve ended with ${code}`)))
  })
}

function output(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let [text, errors] = ['', '']
    child.stdout!.on('data', (part) => {
      text += part
    })
    child.stderr!.on('data', (part) => {
      errors += part
    })
    child.once('close', (code) => (code === 0 ? resolve(text) : reject(new Error(`${code}: ${errors}${text}`))))
  })
}
