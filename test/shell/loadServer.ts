/* The web shell in a process of its own, for as many clients as are asked for. `load.ts` starts it. */
import path from 'node:path'
import { startApplication } from '../../src/main/shell/start.ts'
import { WebShell } from '../../src/main/shell/web/web.ts'

const [file, clients] = process.argv.slice(2)
const application = startApplication({ remembers: false })
await application.open(file)
const shell = await WebShell.start(application, { port: 0, rendererFolder: path.dirname(file) })
process.on('message', async () => {
  await shell.close()
  await application.shutdown()
  process.disconnect()
})
process.send!({ port: shell.port, urls: Array.from({ length: Number(clients) }, () => shell.newUrl()) })
