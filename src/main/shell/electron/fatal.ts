import type { App, Dialog } from 'electron'
import type { Logger } from '../../base/log.ts'

interface Help {
  app: Pick<App, 'relaunch' | 'exit' | 'isReady'>
  dialog: Pick<Dialog, 'showMessageBoxSync' | 'showErrorBox'>
  log: Logger
  showLog(): void
  /** The open one, if any. */
  project(): string | undefined
}

/** A bug that nothing has caught: what the program knows may be wrong from here on, so that it starts anew with the same project. */
export function surviveBugs({ app, dialog, log, showLog, project }: Help): void {
  let isOver = false
  const fail = (error: unknown) => {
    log.error('Nothing has caught this', error)
    if (isOver) return
    isOver = true
    const message = 'Something went wrong in Surmise.'
    const detail = 'Your project is safe: every mark is on the disk. The log file says more.'
    const buttons = ['Restart', 'Show Log', 'Quit']
    // Synchronous: nothing else is to go on.
    const response = app.isReady()
      ? dialog.showMessageBoxSync({
          type: 'error',
          title: 'Surmise',
          message,
          detail,
          buttons,
          defaultId: 0,
          noLink: true,
        })
      : 2
    if (!app.isReady()) dialog.showErrorBox(message, detail)
    if (buttons[response] === 'Show Log') showLog()
    if (buttons[response] === 'Restart') {
      const file = project()
      app.relaunch({
        args: [...process.argv.slice(1).filter((arg) => !arg.endsWith('.surmise')), ...(file ? [file] : [])],
      })
    }
    app.exit(1)
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
}
