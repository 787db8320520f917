/* What Node 16 lacks of what the main process uses. Nothing of it is in the product: Electron of today has it all. */
import { Blob } from 'node:buffer'
import diagnostics from 'node:diagnostics_channel'
import { Readable } from 'node:stream'
import { ReadableStream, TransformStream } from 'node:stream/web'

class OldHeaders {
  readonly #values = new Map<string, string>()

  constructor(init: Iterable<[string, string]> | Record<string, string> = {}) {
    const pairs = Symbol.iterator in init ? init : Object.entries(init)
    for (const [name, value] of pairs as Iterable<[string, string]>) this.set(name, value)
  }
  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null
  }
  set(name: string, value: string): void {
    this.#values.set(name.toLowerCase(), String(value))
  }
  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.#values.entries()
  }
}

class OldResponse {
  readonly status: number
  readonly statusText: string
  readonly headers: OldHeaders
  readonly body: ReadableStream<Uint8Array> | null

  constructor(
    body: string | Uint8Array | ReadableStream<Uint8Array> | null,
    init: { status?: number; statusText?: string; headers?: Record<string, string> | OldHeaders } = {},
  ) {
    this.status = init.status ?? 200
    this.statusText = init.statusText ?? ''
    this.headers = new OldHeaders(init.headers)
    this.body = body === null || body instanceof ReadableStream ? body : streamOf(body)
  }
}

function streamOf(content: string | Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(typeof content === 'string' ? new TextEncoder().encode(content) : content)
      controller.close()
    },
  })
}

function lend(owner: object, lacking: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(lacking)) {
    if (!(name in owner)) Object.defineProperty(owner, name, { value, writable: true, configurable: true })
  }
}

lend(globalThis, {
  ...{ Blob, ReadableStream, TransformStream, Headers: OldHeaders, Response: OldResponse },
  // Asked for by `instanceof` alone.
  File: class File extends Blob {},
  FormData: class FormData {},
})
lend(Promise, {
  withResolvers: () => {
    const made: Record<string, unknown> = {}
    made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }))
    return made
  },
})
lend(URL, {
  canParse: (url: string) => {
    try {
      return Boolean(new URL(url))
    } catch {
      return false
    }
  },
})
lend(Readable, {
  toWeb: (stream: Readable) => {
    const chunks = stream[Symbol.asyncIterator]()
    return new ReadableStream({
      async pull(controller) {
        const { done, value } = await chunks.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await chunks.return?.()
      },
    })
  },
})
// The log's library tells it of each line; nobody listens.
lend(diagnostics, {
  tracingChannel: () => ({ hasSubscribers: false, traceSync: (work: () => unknown) => work() }),
})
