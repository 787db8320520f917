import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import { askForPort, portIsHere } from '../../contract/handshake.ts'
import { comeBack, keepKey } from './comeBack.ts'

/** A connection to the main process. */
export interface Line {
  link: SocketLink<Record<never, never>> | PortLink<Record<never, never>>
  /** Settles when the connection is lost. */
  lost: Promise<void>
}

/** Milliseconds, generous enough for slow machines; an attempt that takes longer is started over. */
const openingTakes = 20_000

/** Something answers, but can't prove that it is Surmise. */
export class Unproven extends Error {}

/**
 * @param again whether there was a connection before: something else may answer now
 * @param sent called whenever a message has been sent
 * @throws if nothing answers; `Unproven`
 */
export async function openLine(again: boolean, sent: () => void): Promise<Line> {
  if (location.protocol === 'surmise:') return openPort(sent)
  if (again && !(await comeBack())) throw new Unproven()
  const line = await openSocket(sent)
  if (!again) keepKey().catch(() => undefined)
  return line
}

function openSocket(sent: () => void): Promise<Line> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/rpc`)
    const lost = new Promise<void>((gone) => {
      socket.addEventListener('close', () => gone())
    })
    const websocket = {
      addEventListener: socket.addEventListener.bind(socket),
      removeEventListener: socket.removeEventListener.bind(socket),
      send: (message: Parameters<WebSocket['send']>[0]) => {
        socket.send(message)
        sent()
      },
      get readyState() {
        return socket.readyState
      },
    }
    // A socket that can't connect closes, with or without an error first, or stays silent.
    const timer = setTimeout(() => socket.close(), openingTakes)
    socket.addEventListener('close', () => reject(new Error('The connection could not be opened')), { once: true })
    socket.addEventListener('open', () => {
      clearTimeout(timer)
      resolve({ link: new SocketLink({ websocket }), lost })
    })
  })
}

function openPort(sent: () => void): Promise<Line> {
  return new Promise((resolve) => {
    const receive = (event: MessageEvent): void => {
      if (event.source !== window || event.data !== portIsHere) return
      window.removeEventListener('message', receive)
      const port = event.ports[0]
      port.start()
      const lost = new Promise<void>((gone) => {
        port.addEventListener('close', () => gone())
      })
      const told = {
        addEventListener: port.addEventListener.bind(port),
        postMessage: (message: unknown) => {
          port.postMessage(message)
          sent()
        },
      }
      resolve({ link: new PortLink({ port: told }), lost })
    }
    window.addEventListener('message', receive)
    window.postMessage(askForPort, location.origin)
  })
}
