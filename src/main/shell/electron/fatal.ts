import type { App, Dialog, MessageBoxOptions } from 'electron'
import type { Logger } from '../../base/log.ts'
import { fatal, name, buttons as names } from '../texts.ts'

interface Help {
  app: Pick<App, 'relaunch' | 'exit' | 'isReady' | 'whenReady' | 'quit'>
  dialog: Pick<Dialog, 'showMessageBoxSync' | 'showErrorBox' | 'showMessageBox'>
  log: Logger
  showLog(): void
  /** The open project's file, if any. */
  project(): string | undefined
  /** Closes the project. */
  end(): Promise<void>
}

const { message, detail } = fatal
const buttons: string[] = [names.restart, names.showLog, names.quit]
const question: MessageBoxOptions = {
  type: 'error',
  title: name,
  message,
  detail,
  buttons,
  defaultId: 0,
  noLink: true,
}

/** After the core has ended unexpectedly, the window stays, and a new core can open the same project. */
export async function askAfterCoreEnded(
  { app, dialog, log, showLog, project }: Help,
  what: string,
  restart: (project: string | undefined) => void,
): Promise<void> {
  const file = project()
  log.error(`The core has ended. ${what}`)
  await app.whenReady()
  for (;;) {
    const { response } = await dialog.showMessageBox(question)
    if (buttons[response] === names.restart) return restart(file)
    if (buttons[response] !== names.showLog) return app.quit()
    showLog()
  }
}

/** After an uncaught error the program's state can't be trusted, so it offers to restart with the same project. */
export function surviveBugs({ app, dialog, log, showLog, project, end }: Help): void {
  let isOver = false
  const fail = (error: unknown) => {
    log.error('Nothing has caught this', error)
    if (isOver) return
    isOver = true
    // Synchronous, so that nothing else runs meanwhile.
    const response = app.isReady() ? dialog.showMessageBoxSync(question) : 2
    if (!app.isReady()) dialog.showErrorBox(message, detail)
    if (buttons[response] === names.showLog) showLog()
    if (buttons[response] === names.restart) {
      const file = project()
      app.relaunch({
        args: [...process.argv.slice(1).filter((arg) => !arg.endsWith('.surmise')), ...(file ? [file] : [])],
      })
    }
    // The project must be closed before the new instance opens it.
    void end().finally(() => app.exit(1))
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
}
