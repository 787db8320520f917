import { homedir, tmpdir, userInfo } from 'node:os'
import path from 'node:path'

/** A person's own folder. Programs that are started by others may find no HOME, or an empty one. */
export function homeFolder(): string {
  try {
    return homedir() || userInfo().homedir || tmpdir()
  } catch {
    // Somebody whom the system has no entry for.
    return tmpdir()
  }
}

export const logFileIn = (folder: string): string => path.join(folder, 'logs', 'surmise.log')

/** Where this program keeps what belongs to a person and not to a project: recent projects, window places, the log. */
export function configFolder(environment: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (environment.SURMISE_HOME) return path.resolve(environment.SURMISE_HOME)
  const home = homeFolder()
  if (platform === 'win32') return path.join(environment.APPDATA || path.join(home, 'AppData', 'Roaming'), 'Surmise')
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Surmise')
  return path.join(environment.XDG_CONFIG_HOME || path.join(home, '.config'), 'surmise')
}
