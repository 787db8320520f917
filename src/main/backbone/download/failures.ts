import { errors } from 'undici'
import { UserError } from '../../base/errors.ts'

/*
 * What can go wrong on the way, each as one sentence and a way out.
 */

const elsewhere =
  'Set a mirror or a proxy on the page of backbones, or fetch the file on another machine and give its path as the backbone.'

/** The server ended before the file did. */
class BrokenOff extends Error {}
export const brokenOff = (): Error => new BrokenOff('The connection ended before the file did.')

/** A server’s answer that says no. */
class Refused extends UserError {
  readonly status: number
  constructor(url: URL, status: number) {
    const says = status === 404 ? 'has no such file' : `answers ${status}`
    super('download-refused', `${url.host} ${says}: ${url.pathname}`, elsewhere)
    this.status = status
  }
}
export const refused = (url: URL, status: number): UserError => new Refused(url, status)

export const wrongSize = (url: URL, wanted: number, told: number): UserError =>
  new UserError(
    'download-size',
    `What ${url.host} sends is not of the size that it should have: ${told.toLocaleString('en')} bytes, not ${wanted.toLocaleString('en')}.`,
    `Nothing was kept. ${elsewhere}`,
  )

export const wrongHash = (url: URL): UserError =>
  new UserError(
    'download-hash',
    `What ${url.host} sent is not the file that it should be: its SHA-256 is another.`,
    'Nothing was kept. Try again, or another mirror. If the file was changed on purpose, and you trust that: surmise backbones fetch NAME --accept-new',
  )

/** What was kept can’t be gone on from. */
export const isWrongContent = (error: unknown): boolean =>
  error instanceof UserError && (error.code === 'download-hash' || error.code === 'download-size')

export const noRoom = (needed: number, free: number): UserError =>
  new UserError(
    'disk-full',
    `The disk has too little room: ${megabytes(needed)} are needed, ${megabytes(free)} are free.`,
    'Free some space, then fetch it again: it goes on where it was.',
  )

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`

export const inUse = (): UserError =>
  new UserError(
    'download-under-way',
    'Another Surmise is fetching this backbone right now.',
    'Wait until it is done, or stop it there.',
  )

/** Whether another try may bring it. */
export function maybePasses(error: unknown): boolean {
  if (error instanceof Refused) return error.status >= 500 || error.status === 408 || error.status === 429
  if (error instanceof BrokenOff) return true
  if (!(error instanceof Error) || error instanceof UserError) return false
  return error instanceof errors.UndiciError || networkCodes.has(codeOf(error))
}

const unreachable = new Set([
  ...['ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'ECONNREFUSED', 'ENETDOWN', 'UND_ERR_CONNECT_TIMEOUT'],
])
const networkCodes = new Set([...unreachable, 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ERR_STREAM_PREMATURE_CLOSE'])

const codeOf = (error: Error): string => {
  const { code, cause } = error as NodeJS.ErrnoException
  if (code !== undefined) return code
  return cause instanceof Error ? codeOf(cause) : ''
}

/** Where all tries have failed. */
export function asSentence(error: unknown, url: URL): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error
  const code = codeOf(error)
  if (code === 'ENOSPC') {
    return new UserError(
      'disk-full',
      'The disk is full.',
      'Free some space, then fetch it again: it goes on where it was.',
      { cause: error },
    )
  }
  if (unreachable.has(code)) {
    const message = `${url.host} can’t be reached: this machine may be offline.`
    return new UserError('download-offline', message, elsewhere, { cause: error })
  }
  if (/CERT|TLS|SSL|SELF_SIGNED|SIGNATURE/.test(code)) {
    return new UserError(
      'download-certificate',
      `${url.host} does not show that it is what it says (${code}).`,
      'A proxy that reads along may be the reason: NODE_EXTRA_CA_CERTS names its certificate. Or give a file of your own.',
      { cause: error },
    )
  }
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return new UserError(
      'download-stalled',
      `${url.host} sends nothing any more.`,
      'What came is kept: fetch it again to go on.',
      { cause: error },
    )
  }
  if (error instanceof BrokenOff || maybePasses(error)) {
    return new UserError(
      'download-broken-off',
      `The connection to ${url.host} breaks off again and again.`,
      'What came is kept: fetch it again to go on.',
      { cause: error },
    )
  }
  return error
}
