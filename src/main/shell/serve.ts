import path from 'node:path'
import open from 'open'
import { UserError } from '../base/errors.ts'
import { hasDesktop } from './desktop.ts'
import { isRendererBuilt, rendererFolder } from './paths.ts'
import { startApplication } from './start.ts'
import { WebShell, type WebShellOptions } from './web.ts'

export interface ServeOptions extends Omit<WebShellOptions, 'rendererFolder'> {
  /** A project file to open. */
  project?: string
  /** Whether to open the browser. */
  open: boolean
}

/** Serves the application until it is told to end (Ctrl+C, SIGTERM); then the project is closed cleanly. */
export async function serve({ project, open: opens, ...where }: ServeOptions): Promise<WebShell> {
  if (!isRendererBuilt()) {
    throw new UserError('renderer-missing', 'The pages have not been built yet.', 'Run: npm run build')
  }
  const application = startApplication()
  try {
    if (project !== undefined) await application.open(path.resolve(project))
    const shell = await WebShell.start(application, { ...where, rendererFolder })
    let ending = false
    const end = async () => {
      // A second Ctrl+C: whoever asks twice does not want to wait.
      if (ending) process.exit(130)
      ending = true
      await shell.close()
      await application.shutdown()
      process.exit(0)
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end())
    if (opens) openBrowser(shell.newUrl())
    return shell
  } catch (error) {
    await application.shutdown()
    throw error
  }
}

/** Without a display, or without a browser, the printed address has to do. */
function openBrowser(url: string): void {
  if (!hasDesktop()) return
  open(url).then(
    (child) => child.on('error', () => undefined),
    () => undefined,
  )
}
