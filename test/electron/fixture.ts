import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { _electron, test as base, type ElectronApplication, expect, type Page } from '@playwright/test'
import { pictures } from '../app/pictures.ts'

/** What scripts/testElectron.ts has put together. */
const program = process.env.SURMISE_OLD_ELECTRON

/** On a screen in memory its graphics process crashes at the start. */
const switches = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ...['--disable-gpu', '--disable-dev-shm-usage'],
]

export interface Desktop {
  app: ElectronApplication
  page: Page
  /** Errors that the page has told its console. */
  errors: string[]
}

interface Fixtures {
  /** An empty folder for projects, images and exports; it goes when the test ends. */
  folder: string
  /** Where the application keeps recent projects, its window's place and its log. */
  home: string
  /** Starts the application, with the same home each time. What still runs when the test ends is closed. */
  launch(...args: string[]): Promise<Desktop>
  /** Starts it once more while it runs. @returns its exit code */
  startAgain(...args: string[]): Promise<number | null>
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from it that no other fixture is asked for
  folder: async ({}, use) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'surmise-window-'))
    await use(folder)
    rmSync(folder, { recursive: true, force: true })
  },
  home: async ({ folder }, use) => use(path.join(folder, '.surmise')),
  launch: async ({ folder, home }, use) => {
    const running: ElectronApplication[] = []
    await use(async (...args) => {
      const app = await _electron.launch({
        executablePath: program,
        args: [...switches, ...args],
        cwd: folder,
        env: environmentOf(folder, home),
        // As the system says, not as the driver would have it.
        colorScheme: null,
        timeout: 60_000,
      })
      running.push(app)
      app.once('close', () => running.splice(running.indexOf(app), 1))
      const page = await app.firstWindow()
      const errors: string[] = []
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
      page.on('pageerror', (error) => errors.push(error.message))
      return { app, page, errors }
    })
    for (const app of [...running]) await app.close()
  },
  startAgain: async ({ folder, home }, use) => {
    await use(async (...args) => {
      const options = { cwd: folder, env: environmentOf(folder, home), stdio: 'ignore' } as const
      const child = spawn(program ?? '', [...switches, ...args], options)
      return new Promise((resolve) => child.once('exit', resolve))
    })
  },
})

/** Its own: the single instance, and what Chromium keeps. */
function environmentOf(folder: string, home: string): Record<string, string> {
  const config = path.join(folder, '.config')
  mkdirSync(config, { recursive: true })
  return { ...process.env, HOME: folder, XDG_CONFIG_HOME: config, SURMISE_HOME: home } as Record<string, string>
}

export { expect } from '@playwright/test'

/** A dozen pictures that can be told apart. @returns their folder */
export async function photosIn(folder: string): Promise<string> {
  const photos = path.join(folder, 'photos')
  await pictures(photos, 12)
  return photos
}

/** What the system's own dialogs answer from now on: they are replaced in Electron's `dialog`; all before and behind that is real. */
export function answerFileDialogs(app: ElectronApplication, answers: { open?: string; save?: string }): Promise<void> {
  return app.evaluate(({ dialog }, { open, save }) => {
    dialog.showOpenDialog = (async () => ({
      canceled: open === undefined,
      filePaths: open === undefined ? [] : [open],
    })) as never
    dialog.showSaveDialog = (async () => ({ canceled: save === undefined, filePath: save ?? '' })) as never
  }, answers)
}

/** Presses a button of each question that is asked from now on. @returns what was asked so far */
export async function answerQuestions(app: ElectronApplication, button: string): Promise<() => Promise<string[]>> {
  await app.evaluate(({ dialog }, wanted) => {
    const asked: string[] = []
    Object.assign(globalThis, { asked })
    dialog.showMessageBox = (async (...args: { message: string; buttons: string[] }[]) => {
      const { message, buttons } = args[args.length - 1]
      asked.push(message)
      return { response: buttons.indexOf(wanted), checkboxChecked: false }
    }) as never
  }, button)
  return () => app.evaluate(() => (globalThis as unknown as { asked: string[] }).asked)
}

/** Chooses an item of the menu bar, as soon as the page has said that it can be done. @returns its words */
export async function chooseFromMenu(app: ElectronApplication, id: string): Promise<string> {
  const enabled = () =>
    app.evaluate(({ Menu }, wanted) => Menu.getApplicationMenu()?.getMenuItemById(wanted)?.enabled, id)
  await expect.poll(enabled, `the menu item ${id} is enabled`).toBe(true)
  return app.evaluate(({ Menu }, wanted) => {
    const item = Menu.getApplicationMenu()?.getMenuItemById(wanted)
    item?.click()
    return item?.label ?? ''
  }, id)
}

export const tile = (page: Page, name: string) => page.locator(`[data-path="${name}"]`)
