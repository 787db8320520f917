import type { Readable } from 'node:stream'

/** Bytes that may wait for the disk before the server has to. */
const waitingAtMost = 4e6

/**
 * What comes of a body, bit by bit. When a connection breaks, the iterator of a stream throws away what came before that and was not
 * taken yet; here that is given first, and then the failure. It listens from the call on: what happens meanwhile is not missed.
 */
export function chunksOf(body: Readable): AsyncGenerator<Buffer> {
  const came: Buffer[] = []
  let waiting = 0
  let over = false
  let failure: unknown
  let wake: (() => void) | undefined
  const end = (error?: unknown): void => {
    failure ??= error
    over = true
    wake?.()
  }
  body.on('data', (chunk: Buffer) => {
    came.push(chunk)
    waiting += chunk.length
    if (waiting >= waitingAtMost) body.pause()
    wake?.()
  })
  body.on('end', () => end())
  body.on('error', end)
  body.on('close', () => end())
  if (body.destroyed) end(body.errored ?? undefined)
  return (async function* give() {
    for (;;) {
      const chunk = came.shift()
      if (chunk) {
        waiting -= chunk.length
        if (waiting < waitingAtMost && body.isPaused() && !over) body.resume()
        yield chunk
      } else if (over) {
        if (failure !== undefined) throw failure
        return
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  })()
}
