import { UserError } from '../../base/errors.ts'

const ownMachine = new Set(['127.0.0.1', 'localhost', '[::1]'])

const isOwnMachine = ({ protocol, hostname }: URL): boolean => protocol === 'http:' && ownMachine.has(hostname)

/**
 * Parses an address to download from: encrypted, or on this machine.
 * @throws UserError `address-unsafe`
 */
export function requireSafe(address: string): URL {
  const url = URL.parse(address)
  if (url && (url.protocol === 'https:' || isOwnMachine(url))) return url
  throw new UserError(
    'address-unsafe',
    `This address isn’t encrypted, so the download could be tampered with: ${address.slice(0, 200)}`,
    'Use an address that starts with https://',
  )
}

/**
 * The target of a redirect. It may not drop encryption, and another machine may not redirect to servers on this one.
 * @throws UserError `redirect-unsafe`
 */
export function redirected(from: URL, location: string): URL {
  const to = URL.parse(location, from.href)
  const isSafe = to && (to.protocol === 'https:' || (isOwnMachine(to) && isOwnMachine(from)))
  if (isSafe) return to
  throw new UserError(
    'redirect-unsafe',
    `${from.host} redirects to an unsafe address: ${location.slice(0, 200)}`,
    'Nothing was kept. Try again later, choose a mirror, or use your own file.',
  )
}

/**
 * The same file on a mirror: the mirror's server and base path replace the server.
 * @param mirror '' for none
 * @throws UserError `address-unsafe`
 */
export function atMirror(address: string, mirror: string): URL {
  const url = requireSafe(address)
  if (mirror.trim() === '') return url
  const base = requireSafe(mirror.trim())
  return requireSafe(`${base.origin}${base.pathname.replace(/\/+$/, '')}${url.pathname}${url.search}`)
}
