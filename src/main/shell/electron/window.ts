import type { BrowserWindow, BrowserWindowConstructorOptions, Screen } from 'electron'
import { name } from '../texts.ts'
import { home } from './protocol.ts'
import { readWindowState, writeWindowState } from './windowState.ts'

/** Pages get no more rights than in a browser: no Node, a sandbox, and a JavaScript context apart from the preload script's. */
export function windowOptions(preload: string): BrowserWindowConstructorOptions {
  return {
    title: name,
    minWidth: 720,
    minHeight: 480,
    // Hidden until the page is drawn, to avoid a white flash in dark mode or the reverse.
    show: false,
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  }
}

interface Electron {
  BrowserWindow: typeof BrowserWindow
  screen: Pick<Screen, 'getAllDisplays'>
}

/** Opens the window where it was last. @param stateFile absolute */
export function openWindow({ BrowserWindow, screen }: Electron, preload: string, stateFile: string): BrowserWindow {
  const screens = screen.getAllDisplays().map(({ workArea }) => workArea)
  const { maximized, ...place } = readWindowState(stateFile, screens)
  const window = new BrowserWindow({ ...windowOptions(preload), ...place })
  if (maximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', () => {
    writeWindowState(stateFile, { ...window.getNormalBounds(), maximized: window.isMaximized() })
  })
  void window.loadURL(home)
  return window
}
