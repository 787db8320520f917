import { droppedPaths } from '../../contract/handshake.ts'

/** What is dropped is told within this time, in milliseconds, or not at all. */
const patience = 1000

/**
 * Where the things lie that are being dropped, in their order: the preload script of the desktop window tells, and only of what a
 * person drops. Empty in a browser. To be called while the drop is handled.
 */
export function pathsOfDrop(): Promise<string[]> {
  if (location.protocol !== 'surmise:') return Promise.resolve([])
  return new Promise((resolve) => {
    const end = (paths: string[]): void => {
      clearTimeout(timer)
      window.removeEventListener('message', receive)
      resolve(paths)
    }
    const receive = ({ source, data }: MessageEvent): void => {
      if (source === window && data?.kind === droppedPaths) end(data.paths)
    }
    const timer = setTimeout(end, patience, [])
    window.addEventListener('message', receive)
  })
}
