import type { BrowserWindow, Dialog } from 'electron'
import type { Logger } from '../../base/log.ts'
import { name, buttons as names, crash as texts } from '../texts.ts'

interface Help {
  dialog: Pick<Dialog, 'showMessageBox'>
  log: Logger
  showLog(): void
  quit(): void
}

/** Reports a page that has crashed or hangs, and reloads it at a click. The main process keeps running. */
export function watchForCrashes(window: BrowserWindow, help: Help): void {
  const { webContents } = window
  /** Whether this program ended the page itself. */
  let isExpected = false
  let asking: AbortController | undefined

  const ask = async (message: string, buttons: string[], signal?: AbortSignal): Promise<string> => {
    for (;;) {
      if (window.isDestroyed()) return names.quit
      const options = { type: 'error', title: name, message, detail: texts.safe, noLink: true } as const
      const { response } = await help.dialog.showMessageBox(window, { ...options, buttons, defaultId: 0, signal })
      // The question was withdrawn, so there is no answer.
      if (signal?.aborted) return ''
      if (buttons[response] !== names.showLog) return buttons[response] ?? ''
      help.showLog()
    }
  }
  const restore = () => {
    if (!window.isDestroyed()) webContents.reload()
  }

  webContents.on('render-process-gone', (_, { reason, exitCode }) => {
    // The question whether to wait is obsolete.
    asking?.abort()
    if (isExpected || reason === 'clean-exit') return
    help.log.error(`The page is gone: ${reason}, exit code ${exitCode}`)
    const message = reason === 'oom' ? texts.outOfMemory : texts.crashed
    void ask(message, [names.restore, names.showLog, names.quit]).then((answer) =>
      answer === names.quit ? help.quit() : restore(),
    )
  })

  window.on('unresponsive', () => {
    if (asking) return
    asking = new AbortController()
    const { signal } = asking
    help.log.warn('The page does not answer')
    void ask(texts.unresponsive, [names.wait, names.restore, names.showLog], signal)
      .then((answer) => {
        if (signal.aborted || answer !== names.restore || window.isDestroyed()) return
        isExpected = true
        webContents.forcefullyCrashRenderer()
        restore()
      })
      .finally(() => {
        asking = undefined
      })
  })
  // This also closes the question.
  window.on('responsive', () => asking?.abort())
  webContents.on('did-finish-load', () => {
    isExpected = false
  })
}
