/**
 * How the page in the desktop application gets its line to the main process, without anything being put on its window: it asks
 * by a message to itself; the preload script answers with one end of a channel, whose other end it has sent to the main process.
 */
export const askForPort = 'surmise: a port, please'
export const portIsHere = 'surmise: here is the port'

/** On which the preload script sends the other end to the main process. */
export const connectChannel = 'surmise:connect'

/** The kind of the message with which the preload script tells where the things lie that a person has dropped into the window. */
export const droppedPaths = 'surmise: paths of what was dropped'

/** What each side signs with the secret of a browser that comes back to the web shell: HMAC-SHA-256 of this. */
export const proofText = (side: 'server' | 'page', port: number, pageNonce: string, serverNonce: string): string =>
  ['surmise', side, port, pageNonce, serverNonce].join('\n')
