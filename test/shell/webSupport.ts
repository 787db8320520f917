import { request } from 'node:http'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { WebSocket } from 'ws'
import type { contract } from '../../src/contract/contract.ts'

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
  text: string
}

/** A request with any headers and any path, as they are: `fetch` would tidy both. */
export function ask(port: number, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, method, headers, setHost: !('Host' in headers) },
      (response) => {
        const parts: Buffer[] = []
        response.on('data', (part) => parts.push(part))
        response.on('end', () => {
          const body = Buffer.concat(parts)
          resolve({ status: response.statusCode!, headers: response.headers, body, text: body.toString() })
        })
      },
    )
    sent.on('error', reject)
    sent.end()
  })
}

/** Lets a client in. @returns its cookie */
export async function letIn(port: number, url: string): Promise<string> {
  const { headers } = await ask(port, new URL(url).pathname + new URL(url).search)
  return String(headers['set-cookie']).split(';')[0]
}

export type Client = ContractRouterClient<typeof contract>

/** A client of the contract over a WebSocket, as a page would be. */
export async function connect(port: number, cookie: string): Promise<{ client: Client; socket: WebSocket }> {
  const socket = openSocket(port, { Cookie: cookie, Origin: `http://127.0.0.1:${port}` })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })
  return { client: createORPCClient(link), socket }
}

export function openSocket(port: number, headers: Record<string, string>, path = '/rpc'): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers })
}

/** What the server says to a socket that it doesn't want; undefined if it took it. */
export function refusal(socket: WebSocket): Promise<number | undefined> {
  return new Promise((resolve) => {
    socket.once('unexpected-response', (_, response) => resolve(response.statusCode))
    socket.once('open', () => {
      socket.close()
      resolve(undefined)
    })
    socket.once('error', () => undefined)
  })
}
