import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { _electron, expect, test } from '@playwright/test'
import { buildDesktop, electronProgram } from '../../scripts/electron.ts'

const { program, reason } = electronProgram()

test.describe('the desktop application', () => {
  test.skip(!program, `needs Electron: ${reason}`)

  test('its window shows the pages, talks the contract, and is shut in', async () => {
    await buildDesktop()
    const folder = mkdtempSync(path.join(tmpdir(), 'surmise-electron-'))
    const root = path.resolve(import.meta.dirname, '../..')
    const app = await _electron.launch({
      executablePath: program,
      args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), root],
      env: { ...process.env, SURMISE_HOME: folder, SURMISE_NODE: process.execPath } as Record<string, string>,
    })
    const page = await app.firstWindow()
    await expect(page).toHaveURL('surmise://app/')
    await expect(page.getByRole('button', { name: 'Open a project' })).toBeVisible()
    const inside = await page.evaluate(() => ({
      require: typeof (globalThis as { require?: unknown }).require,
      process: typeof (globalThis as { process?: unknown }).process,
      opened: (globalThis as unknown as { open(url: string): unknown }).open('https://example.org/') === null,
    }))
    expect(inside).toEqual({ require: 'undefined', process: 'undefined', opened: true })
    const preferences = await app.evaluate(({ BrowserWindow }) => {
      // Electron has it, and leaves it out of its types.
      const contents = BrowserWindow.getAllWindows()[0].webContents as unknown as {
        getLastWebPreferences(): Record<'contextIsolation' | 'nodeIntegration' | 'sandbox' | 'webSecurity', boolean>
      }
      const { contextIsolation, nodeIntegration, sandbox, webSecurity } = contents.getLastWebPreferences()
      return { contextIsolation, nodeIntegration, sandbox, webSecurity }
    })
    expect(preferences).toEqual({ contextIsolation: true, nodeIntegration: false, sandbox: true, webSecurity: true })
    // The menu bar holds what the page can do, with its keys; a choice there is done here.
    const chosen = await app.evaluate(async ({ Menu }) => {
      const find = () => Menu.getApplicationMenu()?.getMenuItemById('doctor')
      for (let tries = 0; tries < 100 && !find(); tries++) await new Promise((resolve) => setTimeout(resolve, 50))
      find()?.click()
      return find()?.label
    })
    expect(chosen).toBe('Check this installation')
    await expect(page.getByRole('dialog', { name: 'Check this installation' })).toBeVisible()
    // A second start hands over what it was asked to open, and ends.
    const photos = path.join(folder, 'photos')
    mkdirSync(photos)
    await page.keyboard.press('Escape')
    await app.evaluate(
      ({ app: own }, [photosFolder, start]) => {
        own.emit('second-instance', {}, ['electron', photosFolder], start, null)
      },
      [photos, folder],
    )
    await expect(page.getByRole('dialog', { name: 'New project' })).toBeVisible()
    await app.close()
    rmSync(folder, { recursive: true, force: true })
  })
})
