/* The desktop application: one window over the one contract. All that decides something is in electron/. */
import path from 'node:path'
import { app, BrowserWindow, dialog, ipcMain, Menu, protocol, screen, session, shell } from 'electron'
import { configFolder } from '../app/home.ts'
import { redo, undo } from '../app/marks.ts'
import { reportOf } from '../base/errors.ts'
import { projectIn } from './electron/arguments.ts'
import { bridge } from './electron/bridge.ts'
import { pick } from './electron/dialogs.ts'
import { guardContents, guardSession } from './electron/guard.ts'
import { menuTemplate } from './electron/menu.ts'
import { answerScheme, privileges, scheme } from './electron/protocol.ts'
import { openWindow } from './electron/window.ts'
import { rendererFolder, rootFolder } from './paths.ts'
import { type StartOptions, startApplication } from './start.ts'

const asked = projectIn(process.argv.slice(1), process.cwd())

app.enableSandbox()
protocol.registerSchemesAsPrivileged([privileges])
// Two windows on one project file would lock each other out: the first one takes what the second was asked to open.
if (app.requestSingleInstanceLock({ project: asked })) start()
else app.quit()

function start(): void {
  const application = startApplication(computeProgram())
  let window: BrowserWindow | undefined

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
    }
    if (window.isMinimized()) window.restore()
    window.focus()
  }
  const onWorkspace = (act: (workspace: NonNullable<typeof application.workspace>) => Promise<unknown>) => () => {
    if (!application.workspace) return
    act(application.workspace).catch((error) => application.context.events.notice('error', reportOf(error).message))
  }

  guardContents(app)
  app.on('second-instance', (_, args, folder, data) => {
    show()
    const project = (data as { project?: string } | null)?.project ?? projectIn(args, folder)
    if (project) open(project)
  })
  app.on('open-file', (event, file) => {
    event.preventDefault()
    open(file)
  })
  app.on('activate', show)
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
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

  void app.whenReady().then(() => {
    guardSession(session.defaultSession)
    protocol.handle(scheme, answerScheme(application, rendererFolder))
    bridge(ipcMain, application, {
      pick: (input) => pick(dialog, window, input),
      reveal: async (file) => shell.showItemInFolder(file),
    })
    const actions = {
      openProject: () => {
        const wanted = { kind: 'open-file', title: 'Open project', extensions: ['surmise'] } as const
        void pick(dialog, window, { ...wanted, extensions: [...wanted.extensions] }).then((file) => file && open(file))
      },
      closeProject: () => void application.close(),
      undo: onWorkspace(undo),
      redo: onWorkspace(redo),
      showLog: () => shell.showItemInFolder(path.join(configFolder(), 'logs', 'surmise.log')),
    }
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, app.isPackaged, actions)))
    show()
    if (asked) open(asked)
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
