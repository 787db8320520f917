import { setImmediate } from 'node:timers/promises'
import type { RPCHandler } from '@orpc/server/websocket'
import { type RawData, WebSocket } from 'ws'
import type { Logger } from '../../base/log.ts'
import { Allowance } from './allowance.ts'

/** What a page sends in a second of hard work is a tenth of it. A client that sends more is read more slowly, and no other is. */
const messageRate = { atOnce: 2000, perSecond: 500 }

/**
 * What is made for a client that doesn't read: so many answers and events under way, and so many bytes of them that still wait,
 * before nothing more is read of what it asks; and bytes at which it is cut off. An answer of the largest project takes some
 * megabytes.
 */
const unread = { atOnce: 64, pausedFrom: 1024 * 1024, mostBytes: 64 * 1024 * 1024 }

/** Answers a client until it is gone. It gets its answers as fast as it reads them. */
export function talk(socket: WebSocket, handler: RPCHandler<Record<never, never>>, log: Logger): void {
  const allowance = new Allowance(messageRate)
  const asked: { data: RawData; isBinary: boolean }[] = []
  let underWay = 0
  let answering = false

  // The library sends on, an event after the other, once what this returns is settled: when the system has taken the bytes.
  const send = (data: string | ArrayBufferLike): Promise<void> =>
    new Promise((resolve) => {
      if (socket.readyState !== WebSocket.OPEN) return resolve()
      if (socket.bufferedAmount > unread.mostBytes) {
        log.warn('A client was cut off: it does not read what it asks for')
        socket.terminate()
        return resolve()
      }
      socket.send(data, () => resolve())
    })
  // It wants a browser's WebSocket, and uses of it no more than this.
  const peer = { send } as unknown as globalThis.WebSocket

  const isBusy = (): boolean => underWay >= unread.atOnce || socket.bufferedAmount > unread.pausedFrom
  const answer = async (): Promise<void> => {
    if (answering) return
    answering = true
    while (asked.length > 0 && !isBusy() && socket.readyState === WebSocket.OPEN) {
      const { data, isBinary } = asked.shift()!
      const bytes = data as Buffer
      const message = isBinary ? new Uint8Array(bytes).buffer : bytes.toString()
      underWay++
      handler
        .message(peer, message)
        .catch((error) => {
          // Nothing that our own pages send: whoever it is, there is nothing to talk about.
          log.warn(`A client sent what is no message: ${error}`)
          socket.close(1007)
        })
        .finally(() => {
          underWay--
          void answer()
        })
      // Reading a message takes some promises, and not always as many: each is read before the next, so that they stay in order.
      await setImmediate()
    }
    answering = false
    if (asked.length > 0) socket.pause()
    else if (socket.isPaused && !held) socket.resume()
  }

  // What it sends beyond its share waits in its own connection, and costs nobody else anything.
  let held = false
  const hold = (time: number): void => {
    held = true
    socket.pause()
    setTimeout(() => {
      held = false
      void answer()
    }, time).unref()
  }

  socket.on('error', (error) => log.warn(`A client was cut off: ${error.message}`))
  socket.on('close', () => {
    asked.length = 0
    handler.close(peer)
  })
  socket.on('message', (data: RawData, isBinary) => {
    const wait = allowance.take()
    if (wait > 0 && !held) hold(wait)
    asked.push({ data, isBinary })
    void answer()
  })
}
