import { Application, type ApplicationOptions } from '../app/application.ts'
import { configFolder, logFileIn } from '../app/program/home.ts'
import { openLog } from '../base/log.ts'
import { computeEntry, version } from './paths.ts'

export type StartOptions = Pick<ApplicationOptions, 'window' | 'remembers'>

/** Starts the application, in the same way for every shell. */
export function startApplication(options: StartOptions = {}): Application {
  const folder = configFolder()
  const log = openLog(logFileIn(folder))
  return new Application({ version, configFolder: folder, log, computeEntry, ...options })
}
