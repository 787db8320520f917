import { mkdirSync, renameSync, statSync } from 'node:fs'
import path from 'node:path'
import pino from 'pino'
import { errorForLog, lineForLog } from './logText.ts'

/** For investigating bugs. The log never leaves the machine by itself. */
export interface Logger {
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
  /** @param error logged with its stack */
  error(message: string, error?: unknown): void
}

/** Bytes. A larger file is renamed at the start of the program; one old file is kept. */
const largest = 5 * 1024 * 1024

/**
 * Opens a log file with one JSON object per line. It contains no names, paths or contents (logText.ts), so it can be shared. If it
 * can't be written, nothing is logged.
 * @param file absolute
 */
export function openLog(file: string): Logger {
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > largest) renameSync(file, `${file}.1`)
    // Synchronous, so that nothing logged just before a crash is lost.
    const log = pino(
      { level: 'debug', base: { pid: process.pid } },
      pino.destination({ dest: file, sync: true, mode: 0o600 }),
    )
    return {
      debug: (message) => log.debug(lineForLog(message)),
      info: (message) => log.info(lineForLog(message)),
      warn: (message) => log.warn(lineForLog(message)),
      error: (message, error) => log.error({ err: errorForLog(error) }, lineForLog(message)),
    }
  } catch {
    return silent
  }
}

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }
