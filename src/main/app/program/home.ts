import { homedir, tmpdir, userInfo } from 'node:os'
import path from 'node:path'

/** The user's home folder. HOME may be missing or empty when another program started this one. */
export function homeFolder(): string {
  try {
    return homedir() || userInfo().homedir || tmpdir()
  } catch {
    // A user without an entry in the system's user database.
    return tmpdir()
  }
}

export const logFileIn = (folder: string): string => path.join(folder, 'logs', 'surmise.log')

/** Where the program keeps what belongs to its user rather than a project: recent projects, window positions, the log. */
export function configFolder(environment: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (environment.SURMISE_HOME) return path.resolve(environment.SURMISE_HOME)
  const home = homeFolder()
  if (platform === 'win32') return path.join(environment.APPDATA || path.join(home, 'AppData', 'Roaming'), 'Surmise')
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Surmise')
  return path.join(environment.XDG_CONFIG_HOME || path.join(home, '.config'), 'surmise')
}
