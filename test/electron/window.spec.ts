import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { answerFileDialogs, answerQuestions, chooseFromMenu, expect, photosIn, test, tile } from './fixture.ts'

/** Marks some as present and others as absent, by keys. */
async function mark(page: Page, names: string[], key: string): Promise<void> {
  // What was selected before is no longer.
  await tile(page, names[0]).click()
  for (const name of names) await tile(page, name).click({ modifiers: ['Control'] })
  await page.keyboard.press(key)
  await expect(page.getByText('All saved')).toBeVisible()
}

/** A new project of a dozen pictures, by the system's dialogs. @returns its file */
async function newProject({ app, page }: { app: Parameters<typeof answerFileDialogs>[0]; page: Page }, folder: string) {
  const file = path.join(folder, 'Halves.surmise')
  const photos = await photosIn(folder)
  await page.getByRole('button', { name: 'New project from a folder' }).click()
  const dialog = page.getByRole('dialog', { name: 'New project' })
  await answerFileDialogs(app, { open: photos, save: file })
  await dialog.getByRole('button', { name: 'Choose… Image folder' }).click()
  await expect(dialog.getByLabel('Image folder', { exact: true })).toHaveValue(photos)
  await dialog.getByRole('button', { name: 'Choose… Project file' }).click()
  await expect(dialog.getByLabel('Project file', { exact: true })).toHaveValue(file)
  await dialog.getByLabel('Labels', { exact: true }).fill('left\nright')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await expect(page.locator('[data-path] img')).toHaveCount(12)
  await expectPictures(page)
  return file
}

/** Each thumbnail shows something: one that did not come leaves its place empty. */
async function expectPictures(page: Page): Promise<void> {
  const widths = () =>
    page
      .locator('[data-path] img')
      .evaluateAll((all) => all.map((one) => (one as unknown as { naturalWidth: number }).naturalWidth))
  await expect.poll(async () => (await widths()).every((width) => width > 0), 'all thumbnails are drawn').toBe(true)
}

test('the main job: a new project, marks, fine-tune, suggestions, accept, export', async ({ launch, folder }, info) => {
  const desktop = await launch()
  const { app, page, errors } = desktop
  await expect(page).toHaveURL('surmise://app/')
  const file = await newProject(desktop, folder)
  expect(existsSync(file)).toBe(true)
  const left = ['000.png', '002.png', '004.png', '006.png']
  const right = ['001.png', '003.png', '005.png', '007.png']
  await mark(page, left, '1')
  await mark(page, right, 'Shift+1')

  // From the menu bar to the page, and on to the compute process.
  expect(await chooseFromMenu(app, 'fine-tune')).toBe('Fine-tune')
  await page.getByRole('button', { name: 'Show suggestions' }).click({ timeout: 600_000 })
  const suggested = page.getByRole('listbox', { name: 'Images' }).getByRole('option')
  await expect(suggested.first()).toHaveAttribute('data-path', /png$/)
  await expectPictures(page)
  for (const theme of ['light', 'dark'] as const) {
    await app.evaluate(({ nativeTheme }, wanted) => {
      nativeTheme.themeSource = wanted
    }, theme)
    await expect(page.locator(`html[data-theme=${theme}]`)).toBeVisible()
    await page.screenshot({ path: path.join(info.project.outputDir, `grid-${theme}.png`) })
  }
  await suggested.first().dblclick()
  const row = page.locator('li[data-label=left]')
  await expect(row).toHaveAttribute('data-state', 'suggested')
  const image = (await page.locator('h2').textContent()) ?? ''
  expect([...left, ...right]).not.toContain(image)
  // The whole image comes over the scheme, too.
  const picture = page.locator('section img[alt]:not([alt=""])').first()
  await expect
    .poll(() => picture.evaluate((one) => (one as unknown as { naturalWidth: number }).naturalWidth))
    .toBeGreaterThan(40)
  for (const theme of ['dark', 'light'] as const) {
    await app.evaluate(({ nativeTheme }, wanted) => {
      nativeTheme.themeSource = wanted
    }, theme)
    await expect(page.locator(`html[data-theme=${theme}]`)).toBeVisible()
    await page.screenshot({ path: path.join(info.project.outputDir, `image-${theme}.png`) })
  }
  await page.keyboard.press('a')
  await expect(row).toHaveAttribute('data-state', /^(present|absent)$/)
  const accepted = await row.getAttribute('data-state')
  await expect(page.getByText('All saved')).toBeVisible()
  // Bright on the left are those with an even number.
  expect(accepted).toBe(Number.parseInt(image, 10) % 2 === 0 ? 'present' : 'absent')

  await chooseFromMenu(app, 'export')
  const written = path.join(folder, 'out.json')
  await answerFileDialogs(app, { save: written })
  const dialog = page.getByRole('dialog', { name: 'Export' })
  await dialog.getByRole('button', { name: /^Choose…/ }).click()
  await expect(dialog.getByRole('textbox').first()).toHaveValue(written)
  await dialog.getByRole('button', { name: 'Export' }).click()
  await expect.poll(() => existsSync(written)).toBe(true)
  const states = statesIn(written)
  expect(states).toEqual({
    ...Object.fromEntries(left.map((name) => [name, 'present human'])),
    ...Object.fromEntries(right.map((name) => [name, 'absent human'])),
    [image]: `${accepted} accepted_suggestion`,
  })
  expect(errors).toEqual([])
})

/** What a COCO file says of the label `left`. */
function statesIn(file: string): Record<string, string> {
  const coco = JSON.parse(readFileSync(file, 'utf8'))
  const label = coco.categories.find(({ name }: { name: string }) => name === 'left').id
  const names = new Map(coco.images.map((one: { id: number; file_name: string }) => [one.id, one.file_name]))
  const result: Record<string, string> = {}
  for (const one of coco.annotations) {
    if (one.category_id === label) result[names.get(one.image_id) as string] = `present ${one.attributes.source}`
  }
  for (const one of coco.images) {
    for (const absent of one.neg_provenance ?? []) {
      if (absent.category_id === label) result[one.file_name] = `absent ${absent.source}`
    }
  }
  return result
}

test('the window comes back where it was, with what was open lately; a second start hands over and ends', async ({
  launch,
  startAgain,
  folder,
  home,
}) => {
  const first = await launch()
  const file = await newProject(first, folder)
  const place = { x: 60, y: 40, width: 1111, height: 777 }
  await first.app.evaluate(({ BrowserWindow }, wanted) => BrowserWindow.getAllWindows()[0].setBounds(wanted), place)
  await first.app.close()
  expect(JSON.parse(readFileSync(path.join(home, 'window.json'), 'utf8'))).toMatchObject(place)

  const { app, page } = await launch()
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].getBounds())).toEqual(place)
  // By the menu bar: the list is the system's, the project opens in the page.
  const recent = () =>
    app.evaluate(({ Menu }) => {
      const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? []
      return items.find(({ label }) => label === 'Open &recent')?.submenu?.items[0]?.label
    })
  await expect.poll(recent).toBe('Halves')
  await app.evaluate(({ Menu }) => {
    const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? []
    items.find(({ label }) => label === 'Open &recent')?.submenu?.items[0]?.click()
  })
  await expect(tile(page, '000.png')).toBeVisible()

  // Really started once more, with a folder: the window that is there asks what to do with it.
  const asked = app.evaluate(
    ({ app: own }) => new Promise<void>((resolve) => own.once('second-instance', () => resolve())),
  )
  expect(await startAgain(path.join(folder, 'photos'))).toBe(0)
  await asked
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Escape')
  // A project that is named at the start opens by itself.
  await app.close()
  const last = await launch(file)
  await expect(tile(last.page, '000.png')).toBeVisible()
  // Nothing that works outlives its window.
  await last.app.close()
  expect(processesOf(home)).toEqual([])
})

test('the page is shut in: no Node, no other address, no window, no camera, nothing from the network', async ({
  launch,
}) => {
  const { app, page } = await launch()
  await expect(page.getByRole('button', { name: 'New project from a folder' })).toBeVisible()
  const inside = await page.evaluate(async () => {
    const window = globalThis as unknown as {
      open(url: string): unknown
      navigator: {
        mediaDevices: { getUserMedia(wanted: object): Promise<unknown> }
        permissions: { query(wanted: object): Promise<{ state: string }> }
      }
      Notification: { requestPermission(): Promise<string> }
    }
    const refused = (work: Promise<unknown>) =>
      work.then(
        () => 'allowed',
        () => 'refused',
      )
    return {
      globals: ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'].filter(
        (name) => name in globalThis,
      ),
      opened: window.open('https://example.org/'),
      network: await refused(fetch('https://example.org/')),
      disk: await refused(fetch('file:///etc/passwd')),
      other: await refused(fetch('surmise://other/')),
      outside: (await fetch('surmise://app/..%2f..%2fpackage.json')).status,
      camera: await refused(window.navigator.mediaDevices.getUserMedia({ video: true })),
      place: (await window.navigator.permissions.query({ name: 'geolocation' })).state,
      notes: await window.Notification.requestPermission(),
    }
  })
  expect(inside).toEqual({
    ...{ globals: [], opened: null, network: 'refused', disk: 'refused', other: 'refused', outside: 404 },
    ...{ camera: 'refused', place: 'denied', notes: 'denied' },
  })
  // In the page, and asked of Electron: the driver would wait for a navigation that never ends.
  for (const url of ['https://example.org/', 'surmise://other/', 'file:///etc/passwd', 'data:text/html,gone']) {
    const after = await app.evaluate(async ({ BrowserWindow }, target) => {
      const { webContents } = BrowserWindow.getAllWindows()[0]
      const refused = new Promise((resolve) => webContents.once('will-navigate', resolve))
      await webContents.executeJavaScript(`location.href = ${JSON.stringify(target)}; 0`)
      // The other two never get as far: Chromium refuses them by itself.
      if (/^(https|surmise):/.test(target)) await refused
      return { url: webContents.getURL(), title: await webContents.executeJavaScript('document.title') }
    }, url)
    expect(after, url).toEqual({ url: 'surmise://app/', title: 'Surmise' })
  }
  expect(app.windows()).toHaveLength(1)
  // Not even the main process's own requests for this session get out.
  const own = await app.evaluate(async ({ session, BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0].webContents as unknown as {
      getLastWebPreferences(): Record<'contextIsolation' | 'nodeIntegration' | 'sandbox' | 'webSecurity', boolean>
    }
    const { contextIsolation, nodeIntegration, sandbox, webSecurity } = contents.getLastWebPreferences()
    return {
      spelling: session.defaultSession.isSpellCheckerEnabled(),
      contextIsolation,
      nodeIntegration,
      sandbox,
      webSecurity,
    }
  })
  expect(own).toMatchObject({ contextIsolation: true, nodeIntegration: false, sandbox: true, webSecurity: true })
})

test('a page that crashes, and a core that is killed: said, restored by a click, nothing lost', async ({
  launch,
  folder,
  home,
}) => {
  const desktop = await launch()
  const { app, page } = desktop
  await newProject(desktop, folder)
  await mark(page, ['003.png'], '1')

  // The core first: the driver follows no page that has crashed.
  const core = processesOf(home).find(({ command }) => command.includes('core.js'))
  expect(core, 'the core').toBeDefined()
  let asked = await answerQuestions(app, 'Restart')
  process.kill(core?.pid ?? 0, 'SIGKILL')
  await expect.poll(asked).toEqual(['Something went wrong in Surmise.'])
  await expect(tile(page, '003.png')).toBeVisible()
  await expect.poll(() => processesOf(home).find(({ command }) => command.includes('core.js'))?.pid).not.toBe(core?.pid)
  // It goes on marking, in the new one.
  await mark(page, ['004.png'], '1')

  asked = await answerQuestions(app, 'Restore')
  const crashed = page.waitForEvent('crash')
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].webContents.forcefullyCrashRenderer())
  await crashed
  await expect.poll(asked).toEqual(['The window crashed.'])
  const shown = () =>
    app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0].webContents.executeJavaScript(
        '[...document.querySelectorAll("[data-path]")].map((tile) => tile.dataset.path)',
      ),
    )
  await expect.poll(shown).toContain('003.png')
  const log = readFileSync(path.join(home, 'logs/surmise.log'), 'utf8')
  expect(log).toContain('The core has ended. It ended by SIGKILL.')
  expect(log).toContain('The page is gone: crashed')
})

/** What runs with this home, but for Electron's own processes. */
function processesOf(home: string): { pid: number; command: string }[] {
  return readdirSync('/proc').flatMap((id) => {
    if (!/^\d+$/.test(id)) return []
    try {
      const environment = readFileSync(`/proc/${id}/environ`, 'utf8').split('\0')
      const command = readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ')
      return environment.includes(`SURMISE_HOME=${home}`) && command.includes('/out/main/')
        ? [{ pid: Number(id), command }]
        : []
    } catch {
      // It has ended meanwhile.
      return []
    }
  })
}

test('the menu bar holds what the page can do, with its keys; a choice there is done here', async ({ launch }) => {
  const { app, page } = await launch()
  await expect(page.getByRole('button', { name: 'New project from a folder' })).toBeVisible()
  const items = () =>
    app.evaluate(({ Menu }) =>
      Menu.getApplicationMenu()?.items.map(({ label, submenu }) => [
        label,
        ...(submenu?.items.map(({ label: own, accelerator, enabled, type }) =>
          type === 'separator' ? '-' : `${own} ${accelerator ?? ''} ${enabled ? '' : '(off)'}`.trim(),
        ) ?? []),
      ]),
    )
  await expect.poll(items).toEqual(expect.arrayContaining([expect.arrayContaining(['Check this installation'])]))
  const all = (await items()) ?? []
  expect(all.map(([menu]) => menu)).toEqual(['&File', '&Edit', '&View', '&Image', '&Model', '&Help'])
  expect(all[0]).toEqual(expect.arrayContaining([expect.stringMatching(/^Open.* CmdOrCtrl\+O$/)]))
  // Nothing is open: there is nothing to export, and nothing to fine-tune.
  expect(
    all
      .flat()
      .filter((item) => /^(Export|Fine-tune)/.test(item))
      .every((item) => item.endsWith('(off)')),
  ).toBe(true)
  await chooseFromMenu(app, 'doctor')
  const dialog = page.getByRole('dialog', { name: 'Check this installation' })
  await expect(dialog).toContainText('Electron')
  await expect(dialog).toContainText('22.3.25')
})
