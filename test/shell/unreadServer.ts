/* The web shell in a process of its own, that cuts off who doesn't read after a short while. `unread.deep.test.ts` starts it. */
import { Socket } from 'node:net'
import { startApplication } from '../../src/main/shell/start.ts'
import { WebShell } from '../../src/main/shell/web/web.ts'

const [file, rendererFolder, unreadFor] = process.argv.slice(2)
const application = startApplication({ remembers: false })
await application.open(file)
const shell = await WebShell.start(application, { port: 0, rendererFolder, unreadFor: Number(unreadFor) })

/** Bytes that the system hasn't taken yet, of all connections. */
function waiting(): number {
  const handles = (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles()
  return handles.reduce<number>((sum, one) => sum + (one instanceof Socket ? one.writableLength : 0), 0)
}

let most = 0
const timer = setInterval(() => {
  most = Math.max(most, waiting())
}, 10)

process.on('message', async (message) => {
  if (message === 'notice') {
    for (let i = 0; i < 400; i++) application.context.events.notice('info', `${i} ${'x'.repeat(20_000)}`)
    process.send!('told')
  } else if (message === 'most') process.send!(most)
  else {
    clearInterval(timer)
    await shell.close()
    await application.shutdown()
    process.disconnect()
  }
})
process.send!({ port: shell.port, url: shell.newUrl() })
