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

/** In milliseconds, at most, on a slow machine too: what takes longer is begun again. */
const openingTakes = 20_000

/** Somebody answers, and can't prove to be the program. */
export class Unproven extends Error {}

/**
 * @param again there was a line before: who answers now may be another
 * @param sent called whenever a message has gone out
 * @throws if there is nobody at the other end; `Unproven`
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
    // One that can't be opened closes, with an error before it or without, or stays silent.
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
