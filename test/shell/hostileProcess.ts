/* A process that wants to keep an annotator from working: messages without end, to a web shell that it has or has not been let into. */
import { setTimeout as wait } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { ask } from './webSupport.ts'

const [port, count, cookie] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4]]

/** Of what the contract knows, in forms that it does not; of no form at all; and of some length. */
const messages = [
  JSON.stringify({
    i: '1',
    p: { u: '/marks/set', b: { json: { changes: [{ imageId: -1, labelId: 'x', state: 7 }] } } },
  }),
  JSON.stringify({ i: '2', p: { u: '/images/rows', b: { json: { ids: Array(20_000).fill(1) } } } }),
  JSON.stringify({ i: '3', p: { u: '/project/open', b: { json: { path: '../../etc/passwd\0' } } } }),
  JSON.stringify({ i: '4', p: { u: '/__proto__/constructor', b: { json: { __proto__: { polluted: 1 } } } } }),
  JSON.stringify({ i: '5', p: { u: `/${'a/'.repeat(2000)}`, b: {} } }),
  JSON.stringify({ i: '6', p: { u: '/history/list', b: { json: { limit: 1e9 } } } }),
]
/** Whoever sends these is cut off. */
const noMessages = ['', '{', '[]', 'null', '\0', `{"i":${'['.repeat(5000)}`, '{"i":"1","t":99}']

let sent = 0
let answered = 0

async function openSocket(): Promise<WebSocket> {
  const headers = { Cookie: cookie, Origin: `http://127.0.0.1:${port}` }
  const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, { headers })
  socket.on('message', () => answered++)
  socket.on('error', () => undefined)
  await new Promise((resolve) => socket.once('open', resolve).once('close', resolve).once('error', resolve))
  return socket
}

async function flood(): Promise<void> {
  let socket = await openSocket()
  while (sent < count) {
    if (socket.readyState !== WebSocket.OPEN) socket = await openSocket()
    for (let i = 0; i < 100 && sent < count; i++, sent++) {
      if (socket.readyState !== WebSocket.OPEN) break
      socket.send(
        sent % 500 === 499 ? noMessages[((sent / 500) % noMessages.length) | 0] : messages[sent % messages.length],
      )
    }
    await wait(5)
  }
  // What was sent is to be read, or refused, before this ends.
  for (let tries = 0; tries < 100 && socket.bufferedAmount > 0; tries++) await wait(50)
  socket.terminate()
}

async function knock(): Promise<void> {
  const places = ['/', '/?token=x', '/images/full/1', '/rpc', '/../../etc/passwd', `/${'x'.repeat(8000)}`]
  const headers = [{}, { Host: 'evil.example' }, { Origin: 'http://evil.example' }, { Cookie: 'surmise-1=x' }]
  while (sent < count) {
    const some = Array.from({ length: 20 }, () => {
      const place = places[sent % places.length]
      return ask(port, place, headers[sent++ % headers.length] as Record<string, string>).then(
        ({ status }) => {
          if (status >= 400) answered++
        },
        () => undefined,
      )
    })
    await Promise.all(some)
  }
}

process.send!({ kind: 'begins' })
await (cookie ? flood() : knock())
process.send!({ kind: 'ended', sent, answered })
process.disconnect()
