import { type Command, InvalidArgumentError } from 'commander'
import { UserError } from '../../base/errors.ts'
import type { Certificate } from '../web/listen.ts'
import { isLoopback } from '../web/origin.ts'
import { sayError } from './terminal.ts'
import { numbers } from './texts/common.ts'
import { address as texts } from './texts/serving.ts'

/** Where a server listens, and how it is encrypted. */
export interface AddressOptions {
  host: string
  port: number
  cert?: string
  key?: string
}

export function withAddress(command: Command, host: string): Command {
  return command
    .option('--host <address>', host, '127.0.0.1')
    .option('--cert <file>', texts.cert)
    .option('--key <file>', texts.key)
}

/** @throws UserError `certificate` if only one of the two is given */
export function certificateOf({ cert, key }: Pick<AddressOptions, 'cert' | 'key'>): Certificate | undefined {
  if (cert !== undefined && key !== undefined) return { cert, key }
  if (cert === undefined && key === undefined) return undefined
  throw new UserError('certificate', ...texts.halfPair)
}

/** Warns that a server open to other machines without encryption can be read by anyone on the way. */
export function warnOfPlainText(host: string, certificate: Certificate | undefined, danger: string): void {
  if (isLoopback(host) || certificate) return
  sayError(texts.plainText(host, danger))
}

export function portOf(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new InvalidArgumentError(numbers.port)
}
