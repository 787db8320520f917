import { readFileSync, statSync } from 'node:fs'
import { asUserError, UserError } from '../../base/errors.ts'
import { complainOf } from './terminal.ts'
import { secrets as texts } from './texts/serving.ts'

/** A secret may be given in three ways; the file is the one to recommend. */
export interface Secret {
  /** As it is typed: `--token`. */
  option: string
  given: string | undefined
  /** The file that `OPTION-file` names. */
  file: string | undefined
  /** The name of the environment variable. */
  variable: string
}

/**
 * @returns the secret, undefined where none was given
 * @throws UserError `secret-twice`, `secret-empty`; those of the file system
 */
export function secretOf({ option, given, file, variable }: Secret): string | undefined {
  const inEnvironment = process.env[variable] || undefined
  // No process that this one starts has any use for it.
  delete process.env[variable]
  if (given !== undefined && file !== undefined) {
    throw new UserError('secret-twice', ...texts.twice(option))
  }
  if (file !== undefined) return readSecret(file)
  if (given === undefined) return inEnvironment
  warnOfArgument(option, texts.instead(option, variable))
  return given
}

function readSecret(file: string): string {
  let text: string
  try {
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) complainOf(texts.readable(file))
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw asUserError(error)
  }
  const secret = text.replace(/\r?\n$/, '')
  if (secret !== '') return secret
  throw new UserError('secret-empty', ...texts.empty(file))
}

/** Says that a secret on the command line is none. */
export function warnOfArgument(option: string, instead: string): void {
  complainOf(texts.onCommandLine(option, instead))
}

/** A proxy's address may hold a password. */
export const holdsPassword = (address: string): boolean => /^\w+:\/\/[^/@]*:[^/@]*@/.test(address)

/**
 * Takes this process's command line out of sight where there is a secret in it. Who looked before has seen it, and so has who looks
 * at the shell or the script that this was started from: that is why it is warned of as well.
 */
export function hideSecrets(args: readonly string[]): void {
  const isSecret = (one: string) => /^--(auth|token|proxy)(=|$)/.test(one)
  if (args.some(isSecret)) process.title = 'surmise'
}
