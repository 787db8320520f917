/* The desktop application: one window over the one contract. All that decides something is in electron/. */
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
import { configFolder } from '../app/home.ts'
import { reportOf } from '../base/errors.ts'
import { othersIn, projectIn } from './electron/arguments.ts'
import { MenuBar } from './electron/bar.ts'
import { bridge } from './electron/bridge.ts'
import { watchForCrashes } from './electron/crash.ts'
import { pick } from './electron/dialogs.ts'
import { surviveBugs } from './electron/fatal.ts'
import { Given } from './electron/given.ts'
import { guardContents, guardSession } from './electron/guard.ts'
import { answerScheme, privileges, scheme } from './electron/protocol.ts'
import { TrainingOutside } from './electron/training.ts'
import { Updates } from './electron/updates.ts'
import { openWindow } from './electron/window.ts'
import { rendererFolder, rootFolder } from './paths.ts'
import { type StartOptions, startApplication } from './start.ts'

const args = process.argv.slice(1)
const asked = projectIn(args, process.cwd())

app.enableSandbox()
// Under this name Windows shows notifications, and keeps windows and recent projects together. Others have no such name.
app.setAppUserModelId?.('app.surmise.desktop')
protocol.registerSchemesAsPrivileged([privileges])
// Two windows on one project file would lock each other out: the first one takes what the second was asked to open.
if (app.requestSingleInstanceLock({ project: asked })) start()
else app.quit()

function start(): void {
  const application = startApplication(computeProgram())
  const { events, log } = application.context
  const given = new Given()
  let window: BrowserWindow | undefined

  const showLog = () => shell.showItemInFolder(application.logFile)
  surviveBugs({ app, dialog, log, showLog, project: () => application.workspace?.project.path })
  const open = (file: string) => {
    application.open(file).catch((error) => {
      const { message, hint } = reportOf(error)
      dialog.showErrorBox(message, hint)
    })
  }
  const show = () => {
    if (!window || window.isDestroyed()) {
      const preload = path.join(rootFolder, 'out/preload/electron.cjs')
      window = openWindow({ BrowserWindow, screen }, preload, path.join(configFolder(), 'window.json'))
      watchForCrashes(window, { dialog, log, showLog, quit: () => app.quit() })
    }
    if (window.isMinimized()) window.restore()
    window.focus()
  }
  /** A project is opened here; of anything else the page knows what to do. */
  const take = (files: readonly string[]) => {
    const project = files.findLast((file) => file.endsWith('.surmise'))
    if (project) open(project)
    else if (files.filter((file) => given.add(file)).length > 0) events.publish({ kind: 'given' })
  }
  const outside = new TrainingOutside({ powerSaveBlocker, Notification }, () => window, show)

  guardContents(app)
  app.on('second-instance', (_, others, folder, data) => {
    show()
    const project = (data as { project?: string } | null)?.project ?? projectIn(others, folder)
    take(project ? [project] : othersIn(others.slice(1), folder, rootFolder))
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
    // The project is closed and the compute process stopped before the program ends.
    event.preventDefault()
    void application.shutdown().finally(() => {
      ended = true
      app.quit()
    })
  })

  void app.whenReady().then(async () => {
    guardSession(session.defaultSession)
    protocol.handle(scheme, answerScheme(application, rendererFolder))
    const updates = new Updates({
      ...{ preferences: application.preferences, dialog, log },
      // Only a package that was made to be updated says from where.
      available: app.isPackaged && existsSync(path.join(process.resourcesPath, 'app-update.yml')),
      load: async () => (await import('electron-updater')).default.autoUpdater,
    })
    const bar = new MenuBar(
      Menu,
      {
        run: (id) => events.publish({ kind: 'action', id }),
        openRecent: open,
        clearRecent: () => {
          app.clearRecentDocuments?.()
          void application.recent.clear().then(() => bar.update({ recent: [] }))
        },
        setUpdates: (on) => void updates.set(on).then(() => bar.update({ updates: on })),
        lookForUpdates: () => void updates.lookNow(),
      },
      { platform: process.platform, packaged: app.isPackaged },
    )
    bridge(ipcMain, application, {
      pick: (input) => pick(dialog, window, input),
      reveal: async (file) => shell.showItemInFolder(file),
      setMenu: (actions) => bar.update({ actions }),
      takeGiven: () => given.take(),
    })
    void follow()
    show()
    if (asked) open(asked)
    else take(othersIn(args, process.cwd(), rootFolder))
    const recent = await application.recent.list()
    bar.update({ recent, updates: await updates.isOn() })
    await updates.start({ mayAsk: recent.length > 0 })
    bar.update({ updates: await updates.isOn() })

    async function follow(): Promise<void> {
      let last: string | undefined
      for await (const event of events.subscribe()) {
        if (event.kind === 'job') outside.follow(event.job)
        // It is told of every change of its counts, too.
        if (event.kind !== 'project' || event.project?.path === last) continue
        last = event.project?.path
        // Not every system has these.
        if (last) app.addRecentDocument?.(last)
        window?.setRepresentedFilename?.(last ?? '')
        void application.recent.list().then((recent) => bar.update({ recent }))
      }
    }
  })
}

/** The compute process is plain Node, which reads no archive: what it runs lies beside it in a package, with that Node. */
function computeProgram(): StartOptions {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  if (!app.isPackaged) return { node: process.env.SURMISE_NODE ?? path.join(rootFolder, 'node_modules/node/bin', name) }
  const { resourcesPath } = process
  const computeEntry = path.join(resourcesPath, 'compute/out/main/shell/compute.js')
  return { node: path.join(resourcesPath, 'node', name), computeEntry }
}
