import { afterEach, expect, test, vi } from 'vitest'
import { droppedPaths } from '../../src/contract/handshake.ts'

vi.mock('electron', () => ({
  ipcRenderer: { postMessage: vi.fn() },
  webUtils: { getPathForFile: ({ name }: { name: string }) => `/home/${name}` },
}))

afterEach(() => vi.unstubAllGlobals())

test('the preload script tells where things lie that a person drops, and of nothing that a script made up', async () => {
  const listeners = new Map<string, { listener: (event: unknown) => void; capture: unknown }>()
  const postMessage = vi.fn()
  const addEventListener = (kind: string, listener: (event: unknown) => void, capture: unknown) =>
    listeners.set(kind, { listener, capture })
  vi.stubGlobal('window', { addEventListener, postMessage })
  vi.stubGlobal('location', { origin: 'surmise://app' })
  await import('../../src/preload/electron.ts')
  const { listener, capture } = listeners.get('drop')!
  // Before the page's own listener, which waits for the answer.
  expect(capture).toBe(true)
  const dataTransfer = { files: [{ name: 'photos' }, { name: 'A.surmise' }] }
  listener({ isTrusted: false, dataTransfer })
  listener({ isTrusted: true, dataTransfer: null })
  expect(postMessage).not.toHaveBeenCalled()
  listener({ isTrusted: true, dataTransfer })
  const paths = ['/home/photos', '/home/A.surmise']
  expect(postMessage).toHaveBeenCalledExactlyOnceWith({ kind: droppedPaths, paths }, 'surmise://app')
})
