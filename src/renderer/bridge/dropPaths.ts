import { droppedPaths } from '../../contract/handshake.ts'

/** The preload script reports a drop within this time, or not at all. Milliseconds. */
const patience = 1000

/**
 * The paths of the items being dropped, in order. Only the desktop window's preload script knows them, and only for a real drop by the
 * user. Empty in a browser. Call it while the drop event is handled.
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
