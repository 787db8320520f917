import path from 'node:path'
import { Application } from '../app/application.ts'
import { configFolder } from '../app/home.ts'
import { openLog } from '../base/log.ts'
import { computeEntry, version } from './paths.ts'

/** The application as every shell starts it. @param node the Node program for the compute process, where this is none */
export function startApplication(options: { node?: string; remembers?: boolean } = {}): Application {
  const folder = configFolder()
  const log = openLog(path.join(folder, 'logs', 'surmise.log'))
  return new Application({ version, configFolder: folder, log, computeEntry, ...options })
}
