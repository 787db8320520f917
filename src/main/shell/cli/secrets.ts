import { readFileSync, statSync } from 'node:fs'
import { asUserError, UserError } from '../../base/errors.ts'
import { sayError } from './terminal.ts'
import { secrets as texts } from './texts/serving.ts'

/** A secret can be given in three ways, of which a file is the safest. */
export interface Secret {
  /** For example `--token`. */
  option: string
  given: string | undefined
  /** The value of `OPTION-file`. */
  file: string | undefined
  /** The environment variable's name. */
  variable: string
}

/**
 * @returns the secret; undefined if none was given
 * @throws UserError `secret-twice`, `secret-empty`; those of the file system
 */
export function secretOf({ option, given, file, variable }: Secret): string | undefined {
  const inEnvironment = process.env[variable] || undefined
  // Child processes don't need it.
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
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) sayError(texts.readable(file))
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw asUserError(error)
  }
  const secret = text.replace(/\r?\n$/, '')
  if (secret !== '') return secret
  throw new UserError('secret-empty', ...texts.empty(file))
}

/** Warns that a secret on the command line isn't secret. */
export function warnOfArgument(option: string, instead: string): void {
  sayError(texts.onCommandLine(option, instead))
}

/** Whether a proxy's address contains a password. */
export const holdsPassword = (address: string): boolean => /^\w+:\/\/[^/@]*:[^/@]*@/.test(address)

/**
 * Hides this process's command line if it contains a secret. Somebody may already have seen it, there or in the shell or script that
 * started this process, which is why there is a warning as well.
 */
export function hideSecrets(args: readonly string[]): void {
  const isSecret = (one: string) => /^--(auth|token|proxy)(=|$)/.test(one)
  if (args.some(isSecret)) process.title = 'surmise'
}
