import type { BrowserWindow, Dialog } from 'electron'
import type { Logger } from '../../base/log.ts'

interface Help {
  dialog: Pick<Dialog, 'showMessageBox'>
  log: Logger
  showLog(): void
  quit(): void
}

const safe = 'Your project is safe: every mark is on the disk. Restore shows the window again where you were.'

/** A page that is gone, or no longer answers, is said to be; one click brings it back. The main process goes on meanwhile. */
export function watchForCrashes(window: BrowserWindow, help: Help): void {
  const { webContents } = window
  /** Ended by this program itself. */
  let isExpected = false
  let asking: AbortController | undefined

  const ask = async (message: string, buttons: string[], signal?: AbortSignal): Promise<string> => {
    for (;;) {
      if (window.isDestroyed()) return 'Quit'
      const options = { type: 'error', title: 'Surmise', message, detail: safe, noLink: true } as const
      const { response } = await help.dialog.showMessageBox(window, { ...options, buttons, defaultId: 0, signal })
      // Taken back: no answer at all.
      if (signal?.aborted) return ''
      if (buttons[response] !== 'Show Log') return buttons[response] ?? ''
      help.showLog()
    }
  }
  const restore = () => {
    if (!window.isDestroyed()) webContents.reload()
  }

  webContents.on('render-process-gone', (_, { reason, exitCode }) => {
    // Whether it still answers is no question any more.
    asking?.abort()
    if (isExpected || reason === 'clean-exit') return
    help.log.error(`The page is gone: ${reason}, exit code ${exitCode}`)
    const message = reason === 'oom' ? 'The window ran out of memory.' : 'The window has crashed.'
    void ask(message, ['Restore', 'Show Log', 'Quit']).then((answer) => (answer === 'Quit' ? help.quit() : restore()))
  })

  window.on('unresponsive', () => {
    if (asking) return
    asking = new AbortController()
    const { signal } = asking
    help.log.warn('The page does not answer')
    void ask('The window does not answer.', ['Wait', 'Restore', 'Show Log'], signal)
      .then((answer) => {
        if (signal.aborted || answer !== 'Restore' || window.isDestroyed()) return
        isExpected = true
        webContents.forcefullyCrashRenderer()
        restore()
      })
      .finally(() => {
        asking = undefined
      })
  })
  // Closes the question, too.
  window.on('responsive', () => asking?.abort())
  webContents.on('did-finish-load', () => {
    isExpected = false
  })
}
