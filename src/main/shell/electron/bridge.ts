import type { IpcMain, IpcMainEvent } from 'electron'
import { connectChannel } from '../../../contract/handshake.ts'
import type { Logger } from '../../base/log.ts'
import type { Core } from './core.ts'
import { isHome } from './protocol.ts'

/** Connects pages with the core on request, after checking that they are our own. */
export function bridge(ipcMain: Pick<IpcMain, 'on'>, core: Pick<Core, 'connect'>, log: Logger): void {
  ipcMain.on(connectChannel, (event: IpcMainEvent) => {
    const [port, ...others] = event.ports
    if (!port || others.length > 0 || !isOwnPage(event)) {
      log.warn(`A page that is not ours asked for the contract: ${event.senderFrame?.url}`)
      for (const refused of event.ports) refused.close()
      return
    }
    core.connect(port)
  })
}

/** Whether the sender is a page of this application, and not a frame within one. */
function isOwnPage({ senderFrame }: IpcMainEvent): boolean {
  return senderFrame !== null && senderFrame.parent === null && isHome(senderFrame.url)
}
