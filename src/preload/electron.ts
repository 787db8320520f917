/* The preload script of the desktop window: sandboxed, apart from the page's world. It hands over a port, and no more. */
import { ipcRenderer } from 'electron'
import { askForPort, connectChannel, portIsHere } from './handshake.ts'

/* Of the page's window, as much as is used here: this file is checked without a browser's types. */
interface Port {
  close(): void
}
declare const MessageChannel: new () => { port1: Port; port2: Port }
declare const location: { origin: string }
declare const window: {
  addEventListener(kind: 'message', listener: (event: { source: unknown; data: unknown }) => void): void
  postMessage(message: string, origin: string, ports: Port[]): void
}

window.addEventListener('message', ({ source, data }) => {
  // Only the page itself may ask, not a frame in it.
  if (source !== window || data !== askForPort) return
  const { port1, port2 } = new MessageChannel()
  ipcRenderer.postMessage(connectChannel, null, [port1 as never])
  window.postMessage(portIsHere, location.origin, [port2])
})
