import { homedir } from 'node:os'
import path from 'node:path'

/** Where this program keeps what belongs to a person and not to a project: recent projects, window places, the log. */
export function configFolder(environment: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (environment.SURMISE_HOME) return path.resolve(environment.SURMISE_HOME)
  const home = homedir()
  if (platform === 'win32') return path.join(environment.APPDATA || path.join(home, 'AppData', 'Roaming'), 'Surmise')
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Surmise')
  return path.join(environment.XDG_CONFIG_HOME || path.join(home, '.config'), 'surmise')
}
