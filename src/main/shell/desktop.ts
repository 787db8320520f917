import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import open, { type Options } from 'open'
import { UserError } from '../base/errors.ts'
import { desktop as texts } from './texts.ts'

const isUnix = process.platform !== 'win32' && process.platform !== 'darwin'

/** Makes `open` use the desktop's own xdg-open instead of its bundled copy. */
export const xdgOpen: Options = isUnix ? { app: { name: 'xdg-open' } } : {}

/** Milliseconds. A file manager that fails exits at once; one that works may run as long as its window. */
const endsWithin = 1500

/** Whether there is a desktop to open something on, unlike in a remote login or a container. */
export function hasDesktop(): boolean {
  if (!isUnix) return true
  if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return false
  return spawnSync('sh', ['-c', 'command -v xdg-open']).status === 0
}

/** Opens the folder of a file. @throws UserError `no-file-manager` */
export async function openFolderOf(file: string): Promise<void> {
  const folder = path.dirname(file)
  const refused = (cause?: unknown) => new UserError('no-file-manager', ...texts.noFileManager(file), { cause })
  if (!hasDesktop()) throw refused()
  const child = await open(folder, xdgOpen).catch((error) => {
    throw refused(error)
  })
  const ended = new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(1))
    child.on('exit', resolve)
  })
  const code = await Promise.race([ended, wait(endsWithin, 0, { ref: false })])
  if (isUnix && code !== 0) throw refused()
}
