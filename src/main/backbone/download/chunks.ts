import type { Readable } from 'node:stream'

/** Bytes that may be buffered for the disk before the server has to wait. */
const waitingAtMost = 4e6

/**
 * The chunks of a body. When a connection breaks, a stream's own iterator discards what has arrived but hasn't been read; this one
 * delivers that first and then throws. It listens from the call on, so nothing that happens meanwhile is missed.
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
