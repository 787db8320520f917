import { RPCHandler } from '@orpc/server/message-port'
import type { IpcMain, IpcMainEvent } from 'electron'
import { connectChannel } from '../../../preload/handshake.ts'
import type { Application } from '../../app/application.ts'
import { createRouter, type Shell } from '../../app/router.ts'
import { isHome } from './protocol.ts'

/** Connects each page that asks for it to the contract; who asks is checked first. */
export function bridge(ipcMain: Pick<IpcMain, 'on'>, application: Application, desktop: Omit<Shell, 'kind'>): void {
  const handler = new RPCHandler(createRouter(application, { kind: 'electron', ...desktop }))
  ipcMain.on(connectChannel, (event: IpcMainEvent) => {
    const [port, ...others] = event.ports
    if (!port || others.length > 0 || !isOwnPage(event)) {
      application.context.log.warn(`A page that is not ours asked for the contract: ${event.senderFrame?.url}`)
      for (const refused of event.ports) refused.close()
      return
    }
    handler.upgrade(port)
    port.start()
  })
}

/** The page itself, not a frame within it, and of this application. */
function isOwnPage({ senderFrame }: IpcMainEvent): boolean {
  return senderFrame !== null && senderFrame.parent === null && isHome(senderFrame.url)
}
