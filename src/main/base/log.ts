import { mkdirSync, renameSync, statSync } from 'node:fs'
import path from 'node:path'
import pino from 'pino'
import { errorForLog, lineForLog } from './logText.ts'

/** What happened, for whoever looks into a bug. It never leaves the machine. */
export interface Logger {
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
  /** @param error its stack is kept */
  error(message: string, error?: unknown): void
}

/** The file is renamed when it is larger than this at a start; one older file is kept. */
const largest = 5 * 1024 * 1024

/**
 * A log file, one JSON object a line, without names, paths and contents (logText.ts): it may be handed to somebody. A program
 * that can't write its log still works: then there is none.
 * @param file absolute
 */
export function openLog(file: string): Logger {
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > largest) renameSync(file, `${file}.1`)
    // Synchronous: what is logged just before a crash is what one wants to read.
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
