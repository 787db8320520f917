import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import open, { type Options } from 'open'
import { UserError } from '../base/errors.ts'
import { desktop as texts } from './texts.ts'

const isUnix = process.platform !== 'win32' && process.platform !== 'darwin'

/** Has `open` ask the desktop's own program, where there is one, rather than the copy that it brings. */
export const xdgOpen: Options = isUnix ? { app: { name: 'xdg-open' } } : {}

/** A program that can't do what it was asked to ends at once; one that can may stay for as long as its window. */
const endsWithin = 1500

/** Whether this process can ask a desktop to open something: over a remote login, or in a container, there is none. */
export function hasDesktop(): boolean {
  if (!isUnix) return true
  if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return false
  return spawnSync('sh', ['-c', 'command -v xdg-open']).status === 0
}

/** Opens the folder that a file lies in. @throws UserError `no-file-manager` */
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
