import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')

/**
 * Where Electron's program is. Its package only fetches it when it is first asked for, which would block (and fail, without
 * a network) at every start: so it is looked for, not asked for.
 */
export function electronProgram(): { program?: string; reason: string } {
  const folder = path.join(root, 'node_modules/electron')
  const named = path.join(folder, 'path.txt')
  const name = existsSync(named) ? readFileSync(named, 'utf8').trim() : undefined
  const program = name && path.join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? path.join(folder, 'dist'), name)
  if (!program || !existsSync(program)) {
    return { reason: 'Electron’s program is not on this machine (npx install-electron fetches it).' }
  }
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    return { reason: 'There is no display for a window.' }
  }
  return { program, reason: '' }
}

/** The main process and its bridge, as Electron loads them. @throws if the build fails */
export async function buildDesktop(): Promise<void> {
  const cli = path.join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  const { status } = spawnSync(process.execPath, [cli, 'build', '--logLevel', 'warn'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error('The desktop application could not be built.')
}
