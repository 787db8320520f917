import { Application } from '../app/application.ts'
import { configFolder, logFileIn } from '../app/home.ts'
import { openLog } from '../base/log.ts'
import { computeEntry, version } from './paths.ts'

export interface StartOptions {
  /** The Node program for the compute process, where this is none. */
  node?: string
  /** The file that it runs, where it can’t read the one beside this. */
  computeEntry?: string
  remembers?: boolean
}

/** The application as every shell starts it. */
export function startApplication(options: StartOptions = {}): Application {
  const folder = configFolder()
  const log = openLog(logFileIn(folder))
  return new Application({ version, configFolder: folder, log, computeEntry, ...options })
}
