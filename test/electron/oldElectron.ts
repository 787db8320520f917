/* What Electron 22 lacks of what the main process uses, by what it has instead. */
import { Readable } from 'node:stream'
import { app, type ProtocolRequest, type ProtocolResponse, protocol } from 'electron'

type Answer = (request: Request) => Response | Promise<Response>

/** Of Electron 25 and later. */
function handle(scheme: string, answer: Answer): void {
  const streams = protocol as unknown as {
    registerStreamProtocol(
      scheme: string,
      handler: (request: ProtocolRequest, done: (response: ProtocolResponse) => void) => void,
    ): void
  }
  streams.registerStreamProtocol(scheme, async ({ url, method, headers }, done) => {
    const request = { url, method, headers: new Headers(headers) } as Request
    const { status, headers: all, body } = await answer(request)
    const data = Readable.from((body ?? []) as AsyncIterable<Uint8Array>, { objectMode: false })
    done({ statusCode: status, headers: Object.fromEntries(all), data })
  })
}

if (!('handle' in protocol)) Object.assign(protocol, { handle })

// Chromium's sandbox refuses to run as root, and this would switch it on again in spite of `--no-sandbox`.
if (process.getuid?.() === 0) app.enableSandbox = () => undefined
