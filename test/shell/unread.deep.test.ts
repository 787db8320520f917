import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../app/support.ts'
import { makeBigProject } from '../project/bigProject.ts'
import { ask, type Client, letIn, connect as open } from './webSupport.ts'

const megabyte = 1024 * 1024
/** What may wait for clients that don't read, at most. Without a bound it is all that they ask for: twice as much, or more. */
const bound = 4 * megabyte

interface Server {
  child: ChildProcess
  port: number
  cookie: string
}

async function serve(unreadFor: number): Promise<Server> {
  const folder = temporaryFolder()
  const rendererFolder = path.join(folder, 'renderer')
  mkdirSync(path.join(rendererFolder, 'assets'), { recursive: true })
  writeFileSync(path.join(rendererFolder, 'assets', 'index.js'), randomBytes(16 * megabyte))
  const file = makeBigProject(folder, { images: 500, labels: 150, known: 0.5 })
  const env = { ...process.env, SURMISE_HOME: path.join(folder, 'home') }
  const args = [file, rendererFolder, `${unreadFor}`]
  const child = fork(path.join(import.meta.dirname, 'unreadServer.ts'), args, { env, execArgv: [] })
  onTestFinished(async () => {
    const ended = once(child, 'exit')
    child.send('end')
    await ended
  })
  const [{ port, url }] = (await once(child, 'message')) as [{ port: number; url: string }]
  return { child, port, cookie: await letIn(port, url) }
}

/** A client's end of a WebSocket that sends, and never reads. */
async function deafSocket({ port, cookie }: Server): Promise<{ socket: Socket; client: Client }> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const lines = [
    'GET /rpc HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    `Origin: http://127.0.0.1:${port}`,
    `Cookie: ${cookie}`,
    ...['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'],
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
  ]
  socket.on('error', () => undefined)
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  await once(socket, 'data')
  // From now on nothing is taken from the system's buffers, and they fill.
  socket.pause()
  const websocket = {
    readyState: 1,
    addEventListener: () => undefined,
    send: (message: string) => void socket.write(frame(Buffer.from(message))),
  }
  const link = new RPCLink({ websocket: websocket as unknown as globalThis.WebSocket })
  return { socket, client: createORPCClient(link) }
}

/** However it comes: who is cut off may be told by an error (ECONNRESET), which `once` would throw. */
const closeOf = (socket: Socket): Promise<unknown> => new Promise((resolve) => socket.once('close', resolve))

/** RFC 6455: one text, masked by zeros. */
function frame(text: Buffer): Buffer {
  const size = Buffer.alloc(4)
  size[0] = 0x81
  size[1] = 0x80 | 126
  size.writeUInt16BE(text.length, 2)
  return Buffer.concat([size, Buffer.alloc(4), text])
}

/** The most bytes that have waited so far. */
async function mostWaiting({ child }: Server): Promise<number> {
  child.send('most')
  return ((await once(child, 'message')) as [number])[0]
}

const ids = Array.from({ length: 500 }, (_, i) => i + 1)

const floods = {
  'asks on and on': async (client: Client) => {
    // 500 rows are 0.2 MB: more in all than a system keeps for both ends, 36 MB as Linux comes.
    for (let i = 0; i < 300; i++) client.images.rows({ ids }).catch(() => undefined)
  },
  'is told what happens': async (client: Client, { child }: Server) => {
    for (let i = 0; i < 10; i++) client.app.events().catch(() => undefined)
    await wait(2000)
    for (let i = 0; i < 2; i++) {
      child.send('notice')
      await once(child, 'message')
      await wait(300)
    }
  },
}

test.each(['asks on and on', 'is told what happens'] as const)(
  'for a client that %s and never reads little is kept, it is cut off, and nobody else waits',
  async (what) => {
    const server = await serve(4_000)
    const other = await open(server.port, server.cookie)
    const { socket, client } = await deafSocket(server)
    const closed = closeOf(socket)
    await floods[what](client, server)
    // Whoever comes meanwhile is answered.
    expect((await other.client.images.rows({ ids })).length).toBe(500)
    await wait(10_000)
    expect(await mostWaiting(server)).toBeLessThan(bound)
    other.socket.close()
    // Its end has come by the server; whoever reads sees it.
    socket.on('data', () => undefined).resume()
    await closed
  },
)

test('nor is much kept for those who ask for pages without reading them', async () => {
  const server = await serve(4_000)
  const asked = `GET /assets/index.js HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nCookie: ${server.cookie}\r\n\r\n`
  const get = () => ask(server.port, '/assets/index.js', { Cookie: server.cookie })
  const openSocket = (times: number): Socket => {
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.pause()
    socket.write(asked.repeat(times))
    return socket
  }
  const sockets = Array.from({ length: 20 }, () => openSocket(1))
  // One thing after another, without waiting for the first.
  const hasty = openSocket(40)
  const cutOff = closeOf(hasty)
  hasty.on('data', () => undefined).resume()
  await cutOff
  await wait(10_000)
  expect(await mostWaiting(server)).toBeLessThan(bound)
  const { status, body } = await get()
  expect([status, body.length]).toEqual([200, 16 * megabyte])
  for (const socket of sockets) {
    const closed = closeOf(socket)
    socket.on('data', () => undefined).resume()
    await closed
  }
})
