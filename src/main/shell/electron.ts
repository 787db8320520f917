/* The desktop application: one window. What decides something is in electron/; what works, in the core (core.ts). */
import { existsSync } from 'node:fs'
import path from 'node:path'
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  Notification,
  powerSaveBlocker,
  protocol,
  screen,
  session,
  shell,
} from 'electron'
import type { AppEvent } from '../../contract/schemas.ts'
import { configFolder, logFileIn } from '../app/program/home.ts'
import { openLog } from '../base/log.ts'
import { othersIn, projectIn } from './electron/arguments.ts'
import { MenuBar } from './electron/bar.ts'
import { bridge } from './electron/bridge.ts'
import { Core, toldOf } from './electron/core.ts'
import { watchForCrashes } from './electron/crash.ts'
import { pick } from './electron/dialogs.ts'
import { askAfterCoreEnded, surviveBugs } from './electron/fatal.ts'
import { guardContents, guardSession } from './electron/guard.ts'
import { answerScheme, privileges, scheme } from './electron/protocol.ts'
import { keepChromiumQuiet, keepSessionQuiet } from './electron/quiet.ts'
import { TrainingOutside } from './electron/training.ts'
import { Updates } from './electron/updates.ts'
import { openWindow } from './electron/window.ts'
import { coreEntry, rendererFolder, rootFolder } from './paths.ts'

const args = process.argv.slice(1)
const asked = projectIn(args, process.cwd())

/** Only a package that was made to be updated says from where. */
const hasUpdates = app.isPackaged && existsSync(path.join(process.resourcesPath, 'app-update.yml'))

app.enableSandbox()
keepChromiumQuiet(app, { updates: hasUpdates })
// Under this name Windows shows notifications, and keeps windows and recent projects together. Others have no such name.
app.setAppUserModelId?.('app.surmise.desktop')
protocol.registerSchemesAsPrivileged([privileges])
// Two windows on one project file would lock each other out: the first one takes what the second was asked to open.
if (app.requestSingleInstanceLock({ project: asked })) start()
else app.quit()

function start(): void {
  const logFile = logFileIn(configFolder())
  const log = openLog(logFile)
  let window: BrowserWindow | undefined
  /** The file of the open project. */
  let project: string | undefined
  let bar: MenuBar | undefined

  const showLog = () => shell.showItemInFolder(logFile)
  const help = { app, dialog, log, showLog, project: () => project, end: () => core.stop() }
  surviveBugs(help)
  const core: Core = new Core({
    ...coreProgram(),
    log,
    answer: async (question) => {
      if (question.what === 'pick') return pick(dialog, window, question.input)
      shell.showItemInFolder(question.file)
      return null
    },
    setMenu: (actions) => bar?.update({ actions }),
    ended: (what) => {
      void askAfterCoreEnded(help, what, (file) => {
        core.start()
        begin(file ? [file] : []).catch(complain)
      })
    },
  })
  core.start()
  const complain = (error: unknown) => {
    const told = toldOf(error)
    if (told) dialog.showErrorBox(told.message, told.hint)
    else log.warn(`Left undone: ${error}`)
  }
  const open = (file: string) => void core.client.project.open({ path: file }).catch(complain)
  const show = () => {
    if (!window || window.isDestroyed()) {
      const preload = path.join(rootFolder, 'out/preload/electron.cjs')
      window = openWindow({ BrowserWindow, screen }, preload, path.join(configFolder(), 'window.json'))
      watchForCrashes(window, { dialog, log, showLog, quit: () => app.quit() })
    }
    if (window.isMinimized()) window.restore()
    window.focus()
  }
  /** A project is opened; of anything else the page knows what to do. */
  const take = (files: readonly string[]) => {
    const last = files.findLast((file) => file.endsWith('.surmise'))
    if (last) open(last)
    else if (files.length > 0) core.tell({ kind: 'give', files: [...files] })
  }
  const outside = new TrainingOutside({ powerSaveBlocker, Notification }, () => window, show)

  guardContents(app)
  app.on('second-instance', (_, others, folder, data) => {
    show()
    const named = (data as { project?: string } | null)?.project ?? projectIn(others, folder)
    take(named ? [named] : othersIn(others.slice(1), folder, rootFolder))
  })
  app.on('open-file', (event, file) => {
    event.preventDefault()
    if (app.isReady()) show()
    take([file])
  })
  app.on('activate', show)
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  app.on('child-process-gone', (_, { type, reason }) =>
    log.warn(`A process of Chromium’s has ended: ${type}, ${reason}`),
  )
  let ended = false
  app.on('before-quit', (event) => {
    if (ended) return
    // The project is closed before the program ends.
    event.preventDefault()
    void core.stop().finally(() => {
      ended = true
      app.quit()
    })
  })

  void app.whenReady().then(async () => {
    guardSession(session.defaultSession)
    keepSessionQuiet(app, session.defaultSession)
    protocol.handle(scheme, answerScheme(core, rendererFolder, log))
    const updates = new Updates({
      preferences: {
        get: () => core.client.app.preferences(),
        set: (patch) => core.client.app.setPreferences(patch),
      },
      ...{ dialog, log },
      available: hasUpdates,
      load: async () => (await import('electron-updater')).default.autoUpdater,
    })
    bar = new MenuBar(
      Menu,
      {
        run: (id) => core.tell({ kind: 'action', id }),
        openRecent: open,
        clearRecent: () => {
          app.clearRecentDocuments?.()
          core.tell({ kind: 'clear-recent' })
          bar?.update({ recent: [] })
        },
        setUpdates: (on) => void updates.set(on).then(() => bar?.update({ updates: on }), complain),
        lookForUpdates: () => void updates.lookNow(),
      },
      { platform: process.platform, packaged: app.isPackaged },
    )
    bridge(ipcMain, core, log)
    show()
    begin(asked ? [asked] : othersIn(args, process.cwd(), rootFolder)).catch(complain)
    try {
      const recent = await core.client.app.recent()
      bar.update({ recent, updates: await updates.isOn() })
      await updates.start({ mayAsk: recent.length > 0 })
      bar.update({ updates: await updates.isOn() })
    } catch (error) {
      complain(error)
    }
  })

  /** With each new core: follows what happens there, and hands over what is to be opened. */
  async function begin(files: readonly string[]): Promise<void> {
    const events = core.client.app.events()
    take(files)
    void follow(await events)
  }

  async function follow(events: AsyncIterable<AppEvent>): Promise<void> {
    try {
      for await (const event of events) {
        if (event.kind === 'job') outside.follow(event.job)
        // It is told of every change of its counts, too.
        if (event.kind !== 'project' || event.project?.path === project) continue
        project = event.project?.path
        // Not every system has these.
        if (project) app.addRecentDocument?.(project)
        window?.setRepresentedFilename?.(project ?? '')
        bar?.update({ recent: await core.client.app.recent() })
      }
    } catch {
      // The core has ended; the next one is followed anew.
    }
  }
}

/** The core is plain Node, which reads no archive: in a package it lies beside it, with that Node. */
function coreProgram(): { node: string; entry: string } {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  if (app.isPackaged) {
    const { resourcesPath } = process
    return {
      node: path.join(resourcesPath, 'node', name),
      entry: path.join(resourcesPath, 'core/out/main/shell/core.js'),
    }
  }
  const node = process.env.SURMISE_NODE ?? path.join(rootFolder, 'node_modules/node/bin', name)
  return { node, entry: coreEntry }
}
