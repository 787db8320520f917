import { readFileSync } from 'node:fs'
import { createServer as createHttp, type Server } from 'node:http'
import { createServer as createHttps, Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import { asUserError, UserError } from '../../base/errors.ts'
import { listening as texts } from '../texts.ts'

/** PEM files: the certificate with its chain, and its key. */
export interface Certificate {
  cert: string
  key: string
}

/** Milliseconds. Without limits, slow senders and many connections could keep others out. */
const limits = { headersTimeout: 10_000, requestTimeout: 60_000, connectionsCheckingInterval: 5_000 }
const mostConnections = 1024
const mostPipelined = 8

/**
 * @param certificate without it, connections aren't encrypted
 * @param unreadFor milliseconds after which a client that doesn't read its responses is disconnected
 * @throws UserError `certificate`, and those of the file system
 */
export function newServer(certificate?: Certificate, unreadFor = 60_000): Server {
  const server = certificate ? createHttps({ ...limits, ...read(certificate) }) : createHttp(limits)
  server.maxConnections = mostConnections
  cutOffUnread(server, unreadFor)
  limitPipelines(server)
  return server
}

/**
 * Responses to a client that doesn't read them take up memory, so it is disconnected after a while. Works on the connections
 * themselves, and so for pages, images and WebSockets alike.
 */
function cutOffUnread(server: Server, unreadFor: number): void {
  const connections = new Map<Socket, { taken: number; since: number }>()
  server.on(server instanceof HttpsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    connections.set(socket, { taken: 0, since: performance.now() })
    socket.once('close', () => connections.delete(socket))
  })
  const look = (): void => {
    const now = performance.now()
    for (const [socket, known] of connections) {
      const taken = socket.bytesWritten - socket.writableLength
      if (socket.writableLength === 0 || taken !== known.taken) connections.set(socket, { taken, since: now })
      else if (now - known.since >= unreadFor) socket.destroy()
    }
  }
  const timer = setInterval(look, unreadFor / 4).unref()
  server.once('close', () => clearInterval(timer))
}

/** Limits pipelined requests, whose responses would all be held in memory. Browsers don't pipeline. */
function limitPipelines(server: Server): void {
  const open = new WeakMap<Socket, number>()
  server.prependListener('request', ({ socket }, response) => {
    const now = (open.get(socket) ?? 0) + 1
    open.set(socket, now)
    if (now > mostPipelined) socket.destroy()
    response.once('close', () => open.set(socket, open.get(socket)! - 1))
  })
}

function read({ cert, key }: Certificate): { cert: Buffer; key: Buffer; minVersion: 'TLSv1.2' } {
  try {
    const found = { cert: readFileSync(cert), key: readFileSync(key), minVersion: 'TLSv1.2' as const }
    // Fails now instead of with the first browser.
    createHttps(found)
    return found
  } catch (error) {
    const known = asUserError(error)
    if (known instanceof UserError) throw known
    throw new UserError('certificate', ...texts.badCertificate(cert, key), { cause: error })
  }
}

/** Listens on the first of these ports that is free, or else on any. @throws UserError `address-unknown` */
export async function listenAgain(server: Server, ports: readonly number[], host: string): Promise<void> {
  for (const port of ports) {
    try {
      return await listen(server, port, host)
    } catch (error) {
      if (!(error instanceof UserError && error.code === 'port-taken')) throw error
    }
  }
  return listen(server, 0, host)
}

/** @param port 0 for any free one @throws UserError `port-taken`, `address-unknown` */
export function listen(server: Server, port: number, host = '127.0.0.1'): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EADDRINUSE' || cause.code === 'EACCES') {
        reject(new UserError('port-taken', ...texts.portTaken(port), { cause }))
      } else if (['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL'].includes(cause.code ?? '')) {
        reject(new UserError('address-unknown', ...texts.noAddress(host), { cause }))
      } else reject(cause)
    }
    server.once('error', refuse)
    server.listen(port, host, () => {
      server.off('error', refuse)
      resolve()
    })
  })
}
