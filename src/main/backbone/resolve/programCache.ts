import { homedir, tmpdir } from 'node:os'
import path from 'node:path'

/**
 * The program's own cache of what it can recompute: cut models, a device's best batch sizes. It belongs to
 * no project, and deleting it loses nothing.
 */
export function programCacheFolder(environment: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (environment.SURMISE_HOME) return path.join(path.resolve(environment.SURMISE_HOME), 'cache')
  const home = homedir() || tmpdir()
  if (platform === 'win32') {
    return path.join(environment.LOCALAPPDATA || path.join(home, 'AppData', 'Local'), 'Surmise', 'Cache')
  }
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'Surmise')
  return path.join(environment.XDG_CACHE_HOME || path.join(home, '.cache'), 'surmise')
}
