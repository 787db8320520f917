import path from 'node:path'
import { UserError } from '../base/errors.ts'
import { handOver } from './handOver.ts'
import { isRendererBuilt, rendererFolder } from './paths.ts'
import { startApplication } from './start.ts'
import { listening } from './texts.ts'
import { WebShell, type WebShellOptions } from './web/web.ts'

export interface ServeOptions extends Omit<WebShellOptions, 'rendererFolder'> {
  /** A project file to open. */
  project?: string
  /** Whether the project may read images outside its own folder. */
  allowImages?: boolean
  /** Whether to open the browser. */
  open: boolean
}

/** Serves the application until Ctrl+C or SIGTERM, then closes the project cleanly. */
export async function serve({ project, open: opens, allowImages, ...where }: ServeOptions): Promise<WebShell> {
  if (!isRendererBuilt()) {
    throw new UserError('renderer-missing', ...listening.notBuilt)
  }
  const application = startApplication()
  try {
    const workspace = project === undefined ? undefined : await application.open(path.resolve(project))
    if (allowImages) await workspace?.allowImages()
    const shell = await WebShell.start(application, { ...where, rendererFolder })
    let ending = false
    const end = async () => {
      // A second Ctrl+C ends it without waiting.
      if (ending) process.exit(130)
      ending = true
      await shell.close()
      await application.shutdown()
      process.exit(0)
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end())
    // The parent (`npm start`) is gone, so nobody else could stop this process.
    if (process.connected) process.once('disconnect', () => void end())
    if (opens) {
      let handedOver = (): void => undefined
      handedOver = handOver(shell.newUrl(() => handedOver()))
    }
    return shell
  } catch (error) {
    await application.shutdown()
    throw error
  }
}
