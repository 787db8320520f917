/*
 * The preload script of the desktop window: sandboxed, apart from the page's world. It hands over a port, and tells where the
 * things lie that a person drops into the window; no more.
 */
import { ipcRenderer, webUtils } from 'electron'
import { askForPort, connectChannel, droppedPaths, portIsHere } from '../contract/handshake.ts'

/* Of the page's window, as much as is used here: this file is checked without a browser's types. */
interface Port {
  close(): void
}
declare const MessageChannel: new () => { port1: Port; port2: Port }
declare const location: { origin: string }
interface Drop {
  isTrusted: boolean
  dataTransfer: { files: Iterable<Parameters<typeof webUtils.getPathForFile>[0]> } | null
}
declare const window: {
  addEventListener(kind: 'message', listener: (event: { source: unknown; data: unknown }) => void): void
  addEventListener(kind: 'drop', listener: (event: Drop) => void, capture: boolean): void
  postMessage(message: unknown, origin: string, ports?: Port[]): void
}

window.addEventListener('message', ({ source, data }) => {
  // Only the page itself may ask, not a frame in it.
  if (source !== window || data !== askForPort) return
  const { port1, port2 } = new MessageChannel()
  ipcRenderer.postMessage(connectChannel, null, [port1 as never])
  window.postMessage(portIsHere, location.origin, [port2])
})

// Before the page's own listener. A drop that a script made up tells nothing.
window.addEventListener(
  'drop',
  ({ isTrusted, dataTransfer }) => {
    if (!isTrusted || !dataTransfer) return
    const paths = Array.from(dataTransfer.files, (file) => webUtils.getPathForFile(file))
    window.postMessage({ kind: droppedPaths, paths }, location.origin)
  },
  true,
)
