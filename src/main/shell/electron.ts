/* The desktop application: one window. Its logic is in electron/; the work is done in the core (core.ts). */
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
import { Core, messageOf } from './electron/core.ts'
import { watchForCrashes } from './electron/crash.ts'
import { pick } from './electron/dialogs.ts'
import { askAfterCoreEnded, surviveBugs } from './electron/fatal.ts'
import { guardContents, guardSession } from './electron/guard.ts'
import { answerScheme, privileges, scheme } from './electron/protocol.ts'
import { keepChromiumQuiet, keepSessionQuiet } from './electron/quiet.ts'
import { SystemProgress } from './electron/training.ts'
import { Updates } from './electron/updates.ts'
import { openWindow } from './electron/window.ts'
import { coreEntry, rendererFolder, rootFolder } from './paths.ts'

const args = process.argv.slice(1)
const asked = projectIn(args, process.cwd())

/** Only packages that can be updated have this file. */
const hasUpdates = app.isPackaged && existsSync(path.join(process.resourcesPath, 'app-update.yml'))

app.enableSandbox()
keepChromiumQuiet(app, { updates: hasUpdates })
// Windows uses this id for notifications and to group windows and recent projects. Other systems have no such method.
app.setAppUserModelId?.('app.surmise.desktop')
protocol.registerSchemesAsPrivileged([privileges])
// Two instances would lock each other out of a project, so the first one opens what the second was asked to.
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
        begin(file ? [file] : []).catch(showError)
      })
    },
  })
  core.start()
  const showError = (error: unknown) => {
    const report = messageOf(error)
    if (report) dialog.showErrorBox(report.message, report.hint)
    else log.warn(`Left undone: ${error}`)
  }
  const open = (file: string) => void core.client.project.open({ path: file }).catch(showError)
  const show = () => {
    if (!window || window.isDestroyed()) {
      const preload = path.join(rootFolder, 'out/preload/electron.cjs')
      window = openWindow({ BrowserWindow, screen }, preload, path.join(configFolder(), 'window.json'))
      watchForCrashes(window, { dialog, log, showLog, quit: () => app.quit() })
    }
    if (window.isMinimized()) window.restore()
    window.focus()
  }
  /** Opens a project; passes anything else to the page. */
  const take = (files: readonly string[]) => {
    const last = files.findLast((file) => file.endsWith('.surmise'))
    if (last) open(last)
    else if (files.length > 0) core.send({ kind: 'give', files: [...files] })
  }
  const outside = new SystemProgress({ powerSaveBlocker, Notification }, () => window, show)

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
    // First the project has to be closed.
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
        run: (id) => core.send({ kind: 'action', id }),
        openRecent: open,
        clearRecent: () => {
          app.clearRecentDocuments?.()
          core.send({ kind: 'clear-recent' })
          bar?.update({ recent: [] })
        },
        setUpdates: (on) => void updates.set(on).then(() => bar?.update({ updates: on }), showError),
        lookForUpdates: () => void updates.checkNow(),
      },
      { platform: process.platform, packaged: app.isPackaged },
    )
    bridge(ipcMain, core, log)
    show()
    begin(asked ? [asked] : othersIn(args, process.cwd(), rootFolder)).catch(showError)
    try {
      const recent = await core.client.app.recent()
      bar.update({ recent, updates: await updates.isOn() })
      await updates.start({ mayAsk: recent.length > 0 })
      bar.update({ updates: await updates.isOn() })
    } catch (error) {
      showError(error)
    }
  })

  /** For each new core: opens the given files in it and follows its events. */
  async function begin(files: readonly string[]): Promise<void> {
    const events = core.client.app.events()
    take(files)
    void follow(await events)
  }

  async function follow(events: AsyncIterable<AppEvent>): Promise<void> {
    try {
      for await (const event of events) {
        if (event.kind === 'job') outside.follow(event.job)
        // The event also comes whenever the project's counts change.
        if (event.kind !== 'project' || event.project?.path === project) continue
        project = event.project?.path
        // Not available on every system.
        if (project) app.addRecentDocument?.(project)
        window?.setRepresentedFilename?.(project ?? '')
        bar?.update({ recent: await core.client.app.recent() })
      }
    } catch {
      // The core has ended; `begin` runs again for the next one.
    }
  }
}

/** Plain Node can't read Electron's archive, so in a package the core lies beside it, together with Node. */
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
