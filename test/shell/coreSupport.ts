import { MessageChannel } from 'node:worker_threads'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { afterEach, vi } from 'vitest'
import { silent } from '../../src/main/base/log.ts'
import { type Client, Core, type CoreOptions } from '../../src/main/shell/electron/core.ts'
import { coreEntry } from '../../src/main/shell/paths.ts'
import { temporaryFolder } from '../app/support.ts'

const cores: Core[] = []

afterEach(async () => {
  for (const core of cores.splice(0)) await core.stop()
})

/** A real core, in a home of its own; it ends with the test. */
export function startCore(options: Partial<CoreOptions> = {}) {
  process.env.SURMISE_HOME = temporaryFolder()
  const told = { answer: vi.fn(async () => null), setMenu: vi.fn(), ended: vi.fn() }
  const core = new Core({ node: process.execPath, entry: coreEntry, log: silent, ...told, ...options })
  cores.push(core)
  core.start()
  return { core, ...told }
}

/** A page's end and the main process's end of a channel, as Electron makes them. */
export function newPort() {
  const { port1, port2 } = new MessageChannel()
  const close = vi.fn(() => port1.close())
  const start = vi.fn(() => port1.start())
  const main = {
    on: (kind: string, heard: (event: { data: unknown }) => void) => port1.on(kind, (data) => heard({ data })),
    postMessage: (data: unknown) => port1.postMessage(data),
    ...{ start, close },
  }
  return { main: main as never, page: port2, start, close }
}

/** The contract, as a page speaks it. */
export function clientOf(page: ReturnType<typeof newPort>['page']): Client {
  const client: Client = createORPCClient(new RPCLink({ port: page as never }))
  page.start()
  return client
}
