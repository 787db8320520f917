import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { App, BrowserWindow, Dialog, IpcMain, Session, WebContents } from 'electron'
import { expect, test, vi } from 'vitest'
import { connectChannel } from '../../src/contract/handshake.ts'
import { silent } from '../../src/main/base/log.ts'
import { bridge } from '../../src/main/shell/electron/bridge.ts'
import { pick } from '../../src/main/shell/electron/dialogs.ts'
import { guardContents, guardSession } from '../../src/main/shell/electron/guard.ts'
import { answerScheme, home, isHome, mayLoad, privileges } from '../../src/main/shell/electron/protocol.ts'
import { openWindow, windowOptions } from '../../src/main/shell/electron/window.ts'
import { readWindowState, writeWindowState } from '../../src/main/shell/electron/windowState.ts'
import { pictures, temporaryFolder } from '../app/support.ts'
import { clientOf, newPort, startCore } from './coreSupport.ts'

test('a window is a browser with fewer powers, not more', () => {
  expect(windowOptions('/preload.cjs').webPreferences).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    webviewTag: false,
  })
})

test('nothing navigates away, opens a window, embeds a page, or loads from elsewhere', () => {
  const handlers = new Map<string, (...args: never[]) => void>()
  const on = (kind: string, handler: (...args: never[]) => void) => handlers.set(kind, handler)
  guardContents({ on } as unknown as App)
  let opener: (() => { action: string }) | undefined
  const setWindowOpenHandler = (handler: () => { action: string }) => {
    opener = handler
  }
  handlers.get('web-contents-created')!(null as never, { on, setWindowOpenHandler } as unknown as WebContents as never)
  expect(opener?.()).toEqual({ action: 'deny' })
  const prevented = (kind: string, url: string) => {
    const preventDefault = vi.fn()
    handlers.get(kind)!({ url, preventDefault } as never)
    return preventDefault.mock.calls.length > 0
  }
  for (const kind of ['will-navigate', 'will-redirect', 'will-frame-navigate']) {
    expect(prevented(kind, `${home}index.html`)).toBe(false)
    for (const url of [
      'https://example.org/',
      'file:///etc/passwd',
      'surmise://other/',
      'surmise-app://app/',
      'javascript:1',
      '',
    ]) {
      expect(prevented(kind, url), `${kind} ${url}`).toBe(true)
    }
  }
  expect(prevented('will-attach-webview', '')).toBe(true)

  const answers: unknown[] = []
  const permissions = [
    ['media', home],
    ['clipboard-read', home],
    ['clipboard-sanitized-write', home],
    ['clipboard-sanitized-write', 'https://example.org/'],
  ]
  guardSession({
    setPermissionRequestHandler: (handler: (...args: unknown[]) => void) => {
      for (const [permission, url] of permissions) {
        handler({ getURL: () => url }, permission, (granted: boolean) => answers.push(granted))
      }
    },
    setPermissionCheckHandler: (handler: (...args: unknown[]) => boolean) => {
      for (const [permission, url] of permissions) answers.push(handler(null, permission, url))
    },
    setDevicePermissionHandler: (handler: () => boolean) => answers.push(handler()),
    webRequest: {
      onBeforeRequest: (handler: (...args: unknown[]) => void) => {
        for (const url of ['https://example.org/a.js', 'file:///etc/passwd', `${home}assets/a.js`])
          handler({ url }, ({ cancel }: { cancel: boolean }) => answers.push(cancel))
      },
    },
  } as unknown as Session)
  // Only copying, and only by the page itself.
  expect(answers).toEqual([false, false, true, false, false, false, true, false, false, true, true, false])
  expect(mayLoad('ws://127.0.0.1:1/')).toBe(false)
  expect([isHome('surmise://app/x'), isHome('surmise://app.evil/'), isHome('nonsense')]).toEqual([true, false, false])
})

test('the scheme serves pages and images as the web shell does, and nothing from outside', async () => {
  const rendererFolder = path.join(temporaryFolder(), 'renderer')
  mkdirSync(rendererFolder)
  writeFileSync(path.join(rendererFolder, 'index.html'), '<!doctype html><title>Surmise</title>')
  writeFileSync(path.join(rendererFolder, '..', 'secret.txt'), 'secret')
  const folder = temporaryFolder()
  await pictures(path.join(folder, 'images'), 1)
  const { core } = startCore()
  const answer = answerScheme(core, rendererFolder, silent)
  const ask = (url: string) => answer(new Request(url))
  expect(privileges.privileges).toMatchObject({ standard: true, secure: true })
  const page = await ask(home)
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Surmise')])
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect((await ask(`${home}images/thumbnail/1`)).status, 'no project is open').toBe(404)
  await core.client.project.create({
    ...{ path: path.join(folder, 'p.surmise'), imagesRoot: path.join(folder, 'images'), labels: [] },
  })
  await vi.waitFor(async () => expect((await ask(`${home}images/thumbnail/1`)).status).toBe(200), 120_000)
  const image = await ask(`${home}images/thumbnail/1`)
  expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/webp'])
  expect(image.headers.get('content-security-policy')).toContain('sandbox')
  expect((await image.arrayBuffer()).byteLength).toBe(Number(image.headers.get('content-length')))
  for (const url of [
    'surmise://app/..%2fsecret.txt',
    'surmise://app/%2e%2e/secret.txt',
    'surmise://other/',
    'surmise://other/images/thumbnail/1',
    'surmise://app/images/full/2',
    'surmise://app/images/full/../../secret.txt',
  ]) {
    expect((await ask(url)).status, url).toBe(404)
  }
})

test('the contract over a message port: for our own page, and for no other', async () => {
  const connected = new Map<string, (event: unknown) => void>()
  const ipcMain = { on: (channel: string, listener: (event: unknown) => void) => connected.set(channel, listener) }
  const { core, answer } = startCore()
  answer.mockResolvedValue('/chosen' as never)
  bridge(ipcMain as unknown as IpcMain, core, silent)
  const connect = (senderFrame: unknown) => {
    const port = newPort()
    connected.get(connectChannel)!({ senderFrame, ports: [port.main] })
    return port
  }
  const own = connect({ url: home, parent: null })
  const client = clientOf(own.page)
  expect(await client.app.info()).toMatchObject({ shell: 'electron', nativeDialogs: true })
  expect(await client.app.pick({ kind: 'folder', title: 'Images' })).toEqual({ path: '/chosen' })
  expect(answer).toHaveBeenCalledWith({ what: 'pick', input: { kind: 'folder', title: 'Images' } })
  await expect(client.images.rows({ ids: [1] })).rejects.toMatchObject({
    code: 'USER_ERROR',
    data: { code: 'no-project' },
  })
  own.page.close()
  for (const frame of [
    null,
    { url: 'https://example.org/', parent: null },
    { url: home, parent: {} },
    { url: 'surmise://app.evil/', parent: null },
  ]) {
    const { start, close } = connect(frame)
    expect([start.mock.calls.length, close.mock.calls.length]).toEqual([0, 1])
  }
})

test('the window comes back where it was, as far as that can be seen', async () => {
  const file = path.join(temporaryFolder(), 'home', 'window.json')
  const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }]
  expect(readWindowState(file, screens)).toEqual({ width: 1280, height: 840 })
  const state = { x: 100, y: 50, width: 1000, height: 700, maximized: true }
  writeWindowState(file, state)
  expect(readWindowState(file, screens)).toEqual(state)
  writeWindowState(file, { ...state, x: 1900 })
  expect(readWindowState(file, screens)).toEqual({ width: 1000, height: 700, maximized: true })
  writeFileSync(file, '{"x":"1"}')
  expect(readWindowState(file, screens)).toEqual({ width: 1280, height: 840 })

  const calls: string[] = []
  const listeners = new Map<string, () => void>()
  class Window {
    constructor(options: unknown) {
      calls.push(JSON.stringify(options))
    }
    once = (kind: string, heard: () => void) => listeners.set(kind, heard)
    on = this.once
    maximize = () => calls.push('maximize')
    show = () => calls.push('show')
    loadURL = async (url: string) => calls.push(url)
    isMaximized = () => false
    getNormalBounds = () => ({ x: 1, y: 2, width: 800, height: 600 })
  }
  writeWindowState(file, state)
  const screen = { getAllDisplays: () => screens.map((workArea) => ({ workArea })) }
  openWindow({ BrowserWindow: Window as unknown as typeof BrowserWindow, screen: screen as never }, '/p.cjs', file)
  expect(calls).toEqual([expect.stringContaining('"width":1000'), 'maximize', home])
  listeners.get('ready-to-show')!()
  listeners.get('close')!()
  // Before the program has ended, which waits for nothing.
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ x: 1, y: 2, width: 800, height: 600, maximized: false })
})

test('dialogs ask for what the page wants, and tell when nothing was chosen', async () => {
  const asked: unknown[] = []
  const dialog = {
    showOpenDialog: async (options: unknown) => {
      asked.push(options)
      return { canceled: false, filePaths: ['/a'] }
    },
    showSaveDialog: async () => ({ canceled: true, filePath: '' }),
  } as unknown as Dialog
  expect(await pick(dialog, undefined, { kind: 'folder', title: 'Images' })).toBe('/a')
  expect(await pick(dialog, undefined, { kind: 'open-file', title: 'Project', extensions: ['surmise'] })).toBe('/a')
  expect(await pick(dialog, undefined, { kind: 'save-file', title: 'Export' })).toBeNull()
  expect(asked).toMatchObject([
    { properties: ['openDirectory', 'createDirectory'] },
    { properties: ['openFile'], filters: [{ extensions: ['surmise'] }] },
  ])
})

test('the preload script hands over a port for its own page, and puts nothing on the window', async () => {
  const posted: unknown[][] = []
  const expose = vi.fn()
  vi.doMock('electron', () => ({
    ipcRenderer: { postMessage: (...args: unknown[]) => posted.push(['main', ...args]) },
    contextBridge: { exposeInMainWorld: expose },
  }))
  const listeners: ((event: { source: unknown; data: unknown }) => void)[] = []
  const window = {
    addEventListener: (_: string, listener: (typeof listeners)[number]) => listeners.push(listener),
    postMessage: (...args: unknown[]) => posted.push(['page', ...args]),
  }
  vi.stubGlobal('window', window)
  vi.stubGlobal('location', { origin: 'surmise://app' })
  const { askForPort, portIsHere } = await import('../../src/contract/handshake.ts')
  await import('../../src/preload/electron.ts')
  for (const event of [
    { source: {}, data: askForPort },
    { source: window, data: 'other' },
  ])
    listeners[0](event)
  expect(posted).toEqual([])
  listeners[0]({ source: window, data: askForPort })
  expect(posted).toEqual([
    ['main', connectChannel, null, [expect.anything()]],
    ['page', portIsHere, 'surmise://app', [expect.anything()]],
  ])
  for (const [, , , ports] of posted) for (const port of ports as { close(): void }[]) port.close()
  expect(expose).not.toHaveBeenCalled()
  vi.unstubAllGlobals()
  await wait(0)
})
