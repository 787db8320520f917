import { setImmediate } from 'node:timers/promises'
import type { RPCHandler } from '@orpc/server/websocket'
import { type RawData, WebSocket } from 'ws'
import type { Logger } from '../../base/log.ts'
import { TokenBucket } from './tokenBucket.ts'

/** Ten times what a page sends when somebody works fast. A client that sends more is read more slowly, without affecting others. */
const messageRate = { atOnce: 2000, perSecond: 500 }

/**
 * Limits for a client that doesn't read. With `atOnce` answers and events under way, or `pausedFrom` bytes waiting, its requests are
 * no longer read; with `mostBytes` waiting, it is disconnected. The answers of the largest projects take a few megabytes.
 */
const unread = { atOnce: 64, pausedFrom: 1024 * 1024, mostBytes: 64 * 1024 * 1024 }

/** Answers a client until it disconnects, as fast as it reads. */
export function talk(socket: WebSocket, handler: RPCHandler<Record<never, never>>, log: Logger): void {
  const bucket = new TokenBucket(messageRate)
  const asked: { data: RawData; isBinary: boolean }[] = []
  let underWay = 0
  let answering = false

  // oRPC sends the next event once this promise settles, which is when the system has taken the bytes.
  const send = (data: string | ArrayBufferLike): Promise<void> =>
    new Promise((resolve) => {
      if (socket.readyState !== WebSocket.OPEN) return resolve()
      if (socket.bufferedAmount > unread.mostBytes) {
        log.warn('A client was disconnected because it doesn’t read its responses')
        socket.terminate()
        return resolve()
      }
      socket.send(data, () => resolve())
    })
  // oRPC expects a browser's WebSocket, but uses only this much of it.
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
          // Our own pages never send this, so close the connection.
          log.warn(`A client sent a malformed message: ${error}`)
          socket.close(1007)
        })
        .finally(() => {
          underWay--
          void answer()
        })
      // Parsing takes a varying number of promises, so each message is parsed before the next to keep them in order.
      await setImmediate()
    }
    answering = false
    if (asked.length > 0) socket.pause()
    else if (socket.isPaused && !held) socket.resume()
  }

  // Messages beyond the limit wait in the client's own connection, at nobody else's expense.
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
    const wait = bucket.take()
    if (wait > 0 && !held) hold(wait)
    asked.push({ data, isBinary })
    void answer()
  })
}
