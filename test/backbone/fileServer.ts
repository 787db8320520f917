import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A server of one file, on this machine, which behaves as well or as badly as a test wants. */
export class FileServer {
  content: Buffer
  etag: string | null = '"first"'
  /** In the place of the usual answer, one request each. */
  readonly instead: Answer[] = []
  /** What was asked for, request by request. */
  readonly ranges: (string | undefined)[] = []
  readonly asked: { method: string | undefined; url: string | undefined; headers: IncomingHttpHeaders }[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(content: Buffer) {
    this.content = content
    this.#server = createServer((request, response) => {
      const { method, url, headers } = request
      this.asked.push({ method, url, headers })
      this.ranges.push(headers.range)
      const answer = this.instead.shift() ?? ((_, to) => this.send(request, to))
      answer(request, response)
    })
    this.#server.on('connection', (socket) => this.#sockets.add(socket))
  }

  static async start(content: Buffer): Promise<FileServer> {
    const server = new FileServer(content)
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve))
    return server
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get url(): URL {
    return new URL(`${this.origin}/models/file.onnx`)
  }

  /** As a good server does. @param until breaks off after so many bytes of the file */
  send({ headers }: IncomingMessage, response: ServerResponse, until = this.content.length): void {
    const { content, etag } = this
    const total = content.length
    const isSame = etag === null || headers['if-range'] === undefined || headers['if-range'] === etag
    const from = isSame ? Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0) : 0
    if (etag !== null) response.setHeader('etag', etag)
    if (from >= total) {
      response.writeHead(416, { 'content-range': `bytes */${total}` }).end()
      return
    }
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': total - from,
      ...(from > 0 ? { 'content-range': `bytes ${from}-${total - 1}/${total}` } : {}),
    })
    if (until >= total) response.end(content.subarray(from))
    else response.write(content.subarray(from, Math.max(from, until)), () => response.socket?.end())
  }

  breaksOff(after: number): Answer {
    return (request, response) => this.send(request, response, after)
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
