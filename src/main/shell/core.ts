/* The core of the desktop application, plain Node. Started by Electron's main process (electron/core.ts), never by hand. */
import { serveDesktop } from './core/serve.ts'
import { startApplication } from './start.ts'

serveDesktop(startApplication({ window: process.argv[2] }))
