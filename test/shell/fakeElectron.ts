import { EventEmitter } from 'node:events'
import { vi } from 'vitest'

/** What a test replaces Electron with: it keeps what it is told, and says what the test tells it to. */
export function fakeElectron({ packaged = false, first = true }: { packaged?: boolean; first?: boolean } = {}) {
  const windows: FakeWindow[] = []
  const windowMade = vi.fn()
  const messages: { message: string; buttons: string[]; signal?: AbortSignal }[] = []
  /** The button that is pressed next, by its words. */
  const answers: string[] = []
  const menus: { label?: string; submenu?: unknown }[][] = []
  const notifications: { title: string; body: string; click(): void }[] = []

  class FakeContents extends EventEmitter {
    reload = vi.fn()
    forcefullyCrashRenderer = vi.fn()
    setWindowOpenHandler = vi.fn()
  }
  class FakeWindow extends EventEmitter {
    webContents = new FakeContents()
    focused = true
    minimized = false
    progress: unknown[][] = []
    loadURL = vi.fn(async () => undefined)
    show = vi.fn()
    focus = vi.fn()
    maximize = vi.fn()
    restore = vi.fn()
    setRepresentedFilename = vi.fn()
    constructor() {
      super()
      windowMade()
      windows.push(this)
    }
    isDestroyed = () => false
    isMinimized = () => this.minimized
    isMaximized = () => false
    isFocused = () => this.focused
    getNormalBounds = () => ({ x: 0, y: 0, width: 1000, height: 700 })
    setProgressBar = (...args: unknown[]) => void this.progress.push(args)
  }
  class FakeNotification extends EventEmitter {
    static isSupported = () => true
    readonly #said: { title: string; body: string }
    constructor(said: { title: string; body: string }) {
      super()
      this.#said = said
    }
    show = () => void notifications.push({ ...this.#said, click: () => this.emit('click') })
  }
  const app = Object.assign(new EventEmitter(), {
    isPackaged: packaged,
    enableSandbox: vi.fn(),
    commandLine: { appendSwitch: vi.fn() },
    configureHostResolver: vi.fn(),
    setAppUserModelId: vi.fn(),
    requestSingleInstanceLock: vi.fn(() => first),
    quit: vi.fn(),
    exit: vi.fn(),
    relaunch: vi.fn(),
    isReady: () => true,
    whenReady: vi.fn(async () => undefined),
    addRecentDocument: vi.fn(),
    clearRecentDocuments: vi.fn(),
    setAsDefaultProtocolClient: vi.fn(),
  })
  const press = (buttons: string[]): number => {
    const answer = answers.shift()
    return answer === undefined ? -1 : buttons.indexOf(answer)
  }
  const dialog = {
    showErrorBox: vi.fn(),
    showOpenDialog: vi.fn(),
    showSaveDialog: vi.fn(),
    showMessageBoxSync: vi.fn(({ buttons }: { buttons: string[] }) => press(buttons)),
    showMessageBox: vi.fn(async (...args: { message: string; buttons: string[]; signal?: AbortSignal }[]) => {
      const asked = args.at(-1)!
      messages.push(asked)
      if (answers.length > 0) return { response: press(asked.buttons) }
      // Nobody presses anything until the question is taken back.
      await new Promise((resolve) => asked.signal?.addEventListener('abort', resolve))
      return { response: asked.buttons.length - 1 }
    }),
  }
  const electron = {
    app,
    dialog,
    BrowserWindow: FakeWindow,
    Notification: FakeNotification,
    ipcMain: new EventEmitter(),
    Menu: { buildFromTemplate: (template: never) => template, setApplicationMenu: (menu: never) => menus.push(menu) },
    powerSaveBlocker: { start: vi.fn(() => 7), stop: vi.fn() },
    protocol: { registerSchemesAsPrivileged: vi.fn(), handle: vi.fn() },
    screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] },
    session: {
      defaultSession: {
        setPermissionRequestHandler: vi.fn(),
        setPermissionCheckHandler: vi.fn(),
        setDevicePermissionHandler: vi.fn(),
        setSpellCheckerEnabled: vi.fn(),
        setSpellCheckerLanguages: vi.fn(),
        setProxy: vi.fn(async () => undefined),
        webRequest: { onBeforeRequest: vi.fn() },
      },
    },
    shell: { showItemInFolder: vi.fn() },
  }
  return { electron, app, dialog, windows, windowMade, messages, answers, menus, notifications }
}

export type FakeElectron = ReturnType<typeof fakeElectron>
