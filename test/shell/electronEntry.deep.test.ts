import { execFile } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import type { MessagePort } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, type Mock, test, vi } from 'vitest'
import { connectChannel } from '../../src/contract/handshake.ts'
import { createProject, openProject } from '../../src/main/project/file/open.ts'
import type { Client } from '../../src/main/shell/electron/core.ts'
import { home } from '../../src/main/shell/electron/protocol.ts'
import { coreEntry } from '../../src/main/shell/paths.ts'
import { pictures, temporaryFolder } from '../app/support.ts'
import { clientOf, newPort } from './coreSupport.ts'
import { type FakeElectron, fakeElectron } from './fakeElectron.ts'

let folder: string
let before: { args: string[]; listeners: Map<string, unknown[]> }
const signals = ['uncaughtException', 'unhandledRejection'] as const

beforeEach(() => {
  folder = temporaryFolder()
  process.env.SURMISE_HOME = path.join(folder, 'home')
  process.env.SURMISE_NODE = process.execPath
  before = { args: process.argv, listeners: new Map(signals.map((kind) => [kind, process.listeners(kind as never)])) }
  vi.resetModules()
})
afterEach(() => {
  process.argv = before.args
  for (const kind of signals) {
    for (const listener of process.listeners(kind as never)) {
      if (!before.listeners.get(kind)?.includes(listener)) process.off(kind, listener as never)
    }
  }
  vi.doUnmock('electron')
  vi.doUnmock('electron-updater')
})

/** Machines that are busy take their time. */
const waitFor = (check: () => void | Promise<void>) => vi.waitFor(check, 120_000)

/** Starts the desktop application with Electron replaced; it is shut down when the test ends. */
async function startDesktop(fake: FakeElectron, ...args: string[]): Promise<void> {
  process.argv = ['electron', path.resolve(import.meta.dirname, '../..'), ...args]
  vi.doMock('electron', () => fake.electron)
  await import('../../src/main/shell/electron.ts')
}

/** A page of the window, over the same channel as the real one. */
function page(fake: FakeElectron): { client: Client; port: MessagePort; close(): void } {
  const { main, page: port } = newPort()
  fake.electron.ipcMain.emit(connectChannel, { senderFrame: { url: home, parent: null }, ports: [main] })
  return { client: clientOf(port), port, close: () => port.close() }
}

async function quit(fake: FakeElectron): Promise<void> {
  const calls = fake.app.quit.mock.calls.length
  fake.app.emit('before-quit', { preventDefault() {} })
  await waitFor(() => expect(fake.app.quit.mock.calls.length).toBeGreaterThan(calls))
}

async function project(name: string): Promise<string> {
  const images = path.join(folder, 'images')
  await pictures(images, 2)
  const file = path.join(folder, `${name}.surmise`)
  createProject({ path: file, imagesRoot: images, labels: ['left'] }).close()
  return file
}

/** The core that this process has started. */
async function corePid(): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,ppid=,args='])
  const found = stdout.split('\n').map((row) => row.trim().split(/\s+/))
  const row = found.find(
    ([, parent, ...args]) => Number(parent) === process.pid && args.some((arg) => arg === coreEntry),
  )
  return Number(row?.[0])
}

const textOf = (menus: FakeElectron['menus']): string => JSON.stringify(menus.at(-1))

describe('the desktop application, with Electron replaced', () => {
  test('a second program hands over what it was asked to open, and ends', async () => {
    const fake = fakeElectron({ first: false })
    await startDesktop(fake, '/photos/p.surmise')
    expect(fake.app.requestSingleInstanceLock).toHaveBeenCalledWith({ project: path.resolve('/photos/p.surmise') })
    expect([fake.app.quit.mock.calls.length, fake.windows.length]).toEqual([1, 0])
  })

  test('Chromium is shut in before it starts, and its session before there is a window', async () => {
    const fake = fakeElectron()
    const { app, windowMade } = fake
    const { webRequest, ...session } = fake.electron.session.defaultSession
    let guards = 0
    app.whenReady.mockImplementation(async () => {
      guards = app.listenerCount('web-contents-created')
    })
    await startDesktop(fake)
    await waitFor(() => expect(windowMade).toHaveBeenCalledOnce())
    expect(guards).toBe(1)
    const isBefore = (earlier: Mock, later: Mock): boolean =>
      earlier.mock.calls.length > 0 && earlier.mock.invocationCallOrder.at(-1)! < later.mock.invocationCallOrder[0]
    const chromium = { enableSandbox: app.enableSandbox, appendSwitch: app.commandLine.appendSwitch }
    for (const [name, call] of Object.entries(chromium))
      expect([name, isBefore(call, app.whenReady)]).toEqual([name, true])
    const each = { ...session, ...webRequest, configureHostResolver: app.configureHostResolver }
    for (const [name, call] of Object.entries(each)) expect([name, isBefore(call, windowMade)]).toEqual([name, true])
    await quit(fake)
  })

  test('projects come by the command line, by a double click, by a second start; the system is told of them', async () => {
    const [one, two, three] = [await project('One'), await project('Two'), await project('Three')]
    const fake = fakeElectron()
    await startDesktop(fake, one)
    await waitFor(() => expect(fake.windows.length).toBe(1))
    const { client, close } = page(fake)
    const isOpen = (file: string) => waitFor(async () => expect((await client.project.current())?.path).toBe(file))
    await isOpen(one)
    const preventDefault = vi.fn()
    fake.app.emit('open-file', { preventDefault }, two)
    await isOpen(two)
    expect(preventDefault).toHaveBeenCalled()
    fake.windows[0].minimized = true
    fake.app.emit('second-instance', {}, ['surmise', '--flag'], folder, { project: three })
    await isOpen(three)
    expect(fake.windows[0].restore).toHaveBeenCalled()
    await waitFor(() => expect(fake.app.addRecentDocument.mock.calls.flat()).toEqual([one, two, three]))
    expect(fake.windows[0].setRepresentedFilename).toHaveBeenLastCalledWith(three)
    await waitFor(() => expect(textOf(fake.menus)).toMatch(/Open &recent.*Three.*Two.*One/))
    // What can't be opened is said, and what was open stays.
    fake.app.emit('open-file', { preventDefault }, path.join(folder, 'gone.surmise'))
    await waitFor(() =>
      expect(fake.dialog.showErrorBox).toHaveBeenCalledWith(
        expect.stringContaining('gone'),
        expect.stringMatching(/\w/),
      ),
    )
    await isOpen(three)
    // An address of the web starts nothing here.
    expect(fake.app.setAsDefaultProtocolClient).not.toHaveBeenCalled()
    expect(fake.app.eventNames()).not.toContain('open-url')
    close()
    await quit(fake)
  })

  test('a folder dragged onto the icon waits for the page; menu and page talk both ways', async () => {
    const photos = path.join(folder, 'photos')
    mkdirSync(photos)
    const fake = fakeElectron()
    await startDesktop(fake, photos)
    await waitFor(() => expect(fake.windows.length).toBe(1))
    const { client, close } = page(fake)
    const things = await client.app.takeGiven()
    expect(things).toMatchObject([{ name: 'photos', isFolder: true, path: photos }])
    const heard: unknown[] = []
    const events = await client.app.events()
    const listening = (async () => {
      for await (const event of events) heard.push(event)
    })().catch(() => undefined)
    await client.app.menu({ actions: [{ id: 'fine-tune', title: 'Fine-tune', key: 'mod+Enter', enabled: true }] })
    expect(textOf(fake.menus)).toMatch(/"label":"Fine-tune","accelerator":"CmdOrCtrl\+Return"/)
    const item = (fake.menus.at(-1) as { submenu: { id?: string; click?: () => void }[] }[])
      .flatMap(({ submenu }) => submenu)
      .find(({ id }) => id === 'fine-tune')
    item?.click?.()
    writeFileSync(path.join(folder, 'l.csv'), 'image,label')
    fake.app.emit('open-file', { preventDefault() {} }, path.join(folder, 'l.csv'))
    await waitFor(() => expect(heard).toEqual([{ kind: 'action', id: 'fine-tune' }, { kind: 'given' }]))
    expect(await client.app.takeGiven()).toMatchObject([{ name: 'l.csv', isFolder: false }])
    await client.app.showLog()
    expect(fake.electron.shell.showItemInFolder).toHaveBeenCalledWith(path.join(folder, 'home', 'logs', 'surmise.log'))
    await events.return?.(undefined)
    close()
    await listening
    await quit(fake)
  })

  test('a window that crashes or hangs is said to, and restored by a click', async () => {
    const fake = fakeElectron()
    await startDesktop(fake)
    await waitFor(() => expect(fake.windows.length).toBe(1))
    const [window] = fake.windows
    fake.answers.push('Show log', 'Restore')
    window.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 })
    await waitFor(() => expect(window.webContents.reload).toHaveBeenCalledTimes(1))
    expect(fake.electron.shell.showItemInFolder).toHaveBeenCalled()
    expect(fake.messages[0]).toMatchObject({
      message: 'The window crashed.',
      buttons: ['Restore', 'Show log', 'Quit'],
    })
    window.webContents.emit('render-process-gone', {}, { reason: 'clean-exit', exitCode: 0 })
    expect(fake.messages.length).toBe(2)

    // It answers again: the question goes away by itself, and nothing is done.
    window.emit('unresponsive')
    await waitFor(() => expect(fake.messages.length).toBe(3))
    window.emit('responsive')
    expect(fake.messages[2].signal?.aborted).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(window.webContents.forcefullyCrashRenderer).not.toHaveBeenCalled()

    fake.answers.push('Restore')
    window.emit('unresponsive')
    await waitFor(() => expect(window.webContents.reload).toHaveBeenCalledTimes(2))
    expect(window.webContents.forcefullyCrashRenderer).toHaveBeenCalledTimes(1)
    window.webContents.emit('render-process-gone', {}, { reason: 'killed', exitCode: 9 })
    expect(fake.messages.length).toBe(4)
    await quit(fake)
  })

  test('a bug that nothing has caught: the program starts anew with the open project', async () => {
    const file = await project('Open')
    const fake = fakeElectron()
    await startDesktop(fake, file)
    await waitFor(() => expect(fake.app.addRecentDocument).toHaveBeenCalled())
    fake.answers.push('Restart')
    const ours = process
      .listeners('uncaughtException')
      .find((one) => !before.listeners.get('uncaughtException')?.includes(one))
    ours?.(new Error('a bug'), 'uncaughtException')
    ours?.(new Error('another, on the way out'), 'uncaughtException')
    expect(fake.app.relaunch).toHaveBeenCalledExactlyOnceWith({ args: [expect.any(String), file] })
    // What is started in its place finds the project closed.
    await waitFor(() => expect(fake.app.exit).toHaveBeenCalledExactlyOnceWith(1))
    openProject(file).close()
  })

  test('the core ends by a fault: the window stays, and a new core opens the same project', async () => {
    const file = await project('Open')
    const fake = fakeElectron()
    await startDesktop(fake, file)
    await waitFor(() => expect(fake.app.addRecentDocument).toHaveBeenCalled())
    const before = page(fake)
    const lost = new Promise((resolve) => before.port.once('close', resolve))
    const pid = await corePid()
    fake.answers.push('Show log', 'Restart')
    process.kill(pid, 'SIGKILL')
    // The page notices, and asks for a new line.
    await lost
    await waitFor(() => expect(fake.messages.length).toBe(2))
    expect(fake.messages[0]).toMatchObject({ buttons: ['Restart', 'Show log', 'Quit'] })
    expect(fake.electron.shell.showItemInFolder).toHaveBeenCalled()
    const { client, close } = page(fake)
    await waitFor(async () => expect((await client.project.current())?.path).toBe(file))
    expect(await corePid()).not.toBe(pid)
    // The menu goes on working.
    const heard: unknown[] = []
    const events = await client.app.events()
    const listening = (async () => {
      for await (const event of events) heard.push(event)
    })().catch(() => undefined)
    await client.app.menu({ actions: [{ id: 'keys', title: 'Keys', key: null, enabled: true }] })
    await waitFor(() => expect(textOf(fake.menus)).toContain('"label":"Keys"'))
    await events.return?.(undefined)
    close()
    await listening
    // Nobody is asked about an end that was asked for.
    await quit(fake)
    expect(fake.messages.length).toBe(2)
  })

  test('nothing is asked of the network while updates are off, and nobody was asked at the first start', async () => {
    const loaded = vi.fn()
    vi.doMock('electron-updater', () => {
      loaded()
      return {}
    })
    const connect = vi.spyOn(net.Socket.prototype, 'connect')
    const resources = path.join(folder, 'resources')
    mkdirSync(resources)
    writeFileSync(path.join(resources, 'app-update.yml'), 'provider: generic\nurl: https://updates.invalid/\n')
    Object.defineProperty(process, 'resourcesPath', { value: resources, configurable: true })
    // As it lies in a package, but for the build.
    mkdirSync(path.join(resources, 'node'))
    symlinkSync(process.execPath, path.join(resources, 'node/node'))
    mkdirSync(path.join(resources, 'core/out/main/shell'), { recursive: true })
    writeFileSync(path.join(resources, 'core/out/main/shell/core.js'), `import ${JSON.stringify(coreEntry)}\n`)
    writeFileSync(path.join(resources, 'core/package.json'), '{"type":"module"}')
    mkdirSync(path.join(folder, 'home'), { recursive: true })
    for (const updates of [undefined, 'off']) {
      if (updates) writeFileSync(path.join(folder, 'home/preferences.json'), JSON.stringify({ updates }))
      vi.resetModules()
      const fake = fakeElectron({ packaged: true })
      await startDesktop(fake)
      await waitFor(() =>
        expect(textOf(fake.menus)).toMatch(/Check for updates daily","type":"checkbox","checked":false/),
      )
      await new Promise((resolve) => setTimeout(resolve, 50))
      expect(fake.messages).toEqual([])
      await quit(fake)
    }
    expect(loaded).not.toHaveBeenCalled()
    expect(connect).not.toHaveBeenCalled()
    connect.mockRestore()
  })
})
