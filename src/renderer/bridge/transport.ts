import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import { askForPort, portIsHere } from '../../contract/handshake.ts'
import { comeBack, keepKey } from './comeBack.ts'

/** A line to the main process, while it holds. */
export interface Line {
  link: SocketLink<Record<never, never>> | PortLink<Record<never, never>>
  /** Settles when the line is gone. */
  lost: Promise<void>
}

/** Somebody answers, and can't prove to be the program. */
export class Unproven extends Error {}

/** @param again there was a line before: who answers now may be another @throws if there is nobody at the other end; `Unproven` */
export async function openLine(again: boolean): Promise<Line> {
  if (location.protocol === 'surmise:') return openPort()
  if (again && !(await comeBack())) throw new Unproven()
  const line = await openSocket()
  if (!again) keepKey().catch(() => undefined)
  return line
}

function openSocket(): Promise<Line> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/rpc`)
    const lost = new Promise<void>((gone) => {
      socket.addEventListener('close', () => gone())
    })
    socket.addEventListener('open', () => resolve({ link: new SocketLink({ websocket: socket }), lost }), {
      once: true,
    })
    socket.addEventListener('error', () => reject(new Error('The connection could not be opened')), { once: true })
  })
}

function openPort(): Promise<Line> {
  return new Promise((resolve) => {
    const receive = (event: MessageEvent): void => {
      if (event.source !== window || event.data !== portIsHere) return
      window.removeEventListener('message', receive)
      const port = event.ports[0]
      port.start()
      const lost = new Promise<void>((gone) => {
        port.addEventListener('close', () => gone())
      })
      resolve({ link: new PortLink({ port }), lost })
    }
    window.addEventListener('message', receive)
    window.postMessage(askForPort, location.origin)
  })
}
