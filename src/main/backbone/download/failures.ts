import { errors } from 'undici'
import { UserError } from '../../base/errors.ts'

/*
 * What can go wrong during a download, each as a sentence and a way out.
 */

const elsewhere =
  'Set a mirror or proxy under “Backbones”, or download the file on another machine and use its path as the backbone.'

/** The response ended before the file was complete. */
class BrokenOff extends Error {}
export const brokenOff = (): Error => new BrokenOff('The connection ended before the file was complete.')

/** The server refused. */
class Refused extends UserError {
  readonly status: number
  constructor(url: URL, status: number) {
    const says = status === 404 ? 'doesn’t have this file' : `answers ${status}`
    super('download-refused', `${url.host} ${says}: ${url.pathname}`, elsewhere)
    this.status = status
  }
}
export const refused = (url: URL, status: number): UserError => new Refused(url, status)

export const wrongSize = (url: URL, wanted: number, told: number): UserError =>
  new UserError(
    'download-size',
    `The file from ${url.host} has the wrong size: ${told.toLocaleString('en')} bytes, not ${wanted.toLocaleString('en')}.`,
    `Nothing was kept. ${elsewhere}`,
  )

export const wrongHash = (url: URL): UserError =>
  new UserError(
    'download-hash',
    `The file from ${url.host} isn’t the expected one: its SHA-256 differs.`,
    'Nothing was kept. Try again or use another mirror. If you trust that the file was changed on purpose, run: surmise backbones fetch NAME --accept-new',
  )

/** The partial file can't be resumed. */
export const isWrongContent = (error: unknown): boolean =>
  error instanceof UserError && (error.code === 'download-hash' || error.code === 'download-size')

export const noRoom = (needed: number, free: number): UserError =>
  new UserError(
    'disk-full',
    `Not enough disk space: ${megabytes(needed)} needed, ${megabytes(free)} free.`,
    'Free some space, then download it again to resume.',
  )

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`

export const inUse = (): UserError =>
  new UserError(
    'download-under-way',
    'Another Surmise is downloading this backbone right now.',
    'Wait until it is done, or stop it there.',
  )

/** Whether a retry may help. */
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

/** All attempts have failed. */
export function asSentence(error: unknown, url: URL): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error
  const code = codeOf(error)
  if (code === 'ENOSPC') {
    return new UserError('disk-full', 'The disk is full.', 'Free some space, then download it again to resume.', {
      cause: error,
    })
  }
  if (unreachable.has(code)) {
    const message = `${url.host} can’t be reached: this machine may be offline.`
    return new UserError('download-offline', message, elsewhere, { cause: error })
  }
  if (/CERT|TLS|SSL|SELF_SIGNED|SIGNATURE/.test(code)) {
    return new UserError(
      'download-certificate',
      `${url.host} can’t prove its identity (${code}).`,
      'An inspecting proxy may be the cause: set NODE_EXTRA_CA_CERTS to its certificate, or use your own file.',
      { cause: error },
    )
  }
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return new UserError(
      'download-stalled',
      `${url.host} stopped sending data.`,
      'What was downloaded is kept: download again to resume.',
      { cause: error },
    )
  }
  if (error instanceof BrokenOff || maybePasses(error)) {
    return new UserError(
      'download-broken-off',
      `The connection to ${url.host} keeps breaking off.`,
      'What was downloaded is kept: download again to resume.',
      { cause: error },
    )
  }
  return error
}
