import { hostname, networkInterfaces } from 'node:os'

const localNames: readonly string[] = ['127.0.0.1', 'localhost', '[::1]']

/**
 * Whether the Host header names this machine. With DNS rebinding, where a page elsewhere makes its own name point here, it doesn't.
 * The port may differ, because it may be forwarded.
 * @param names in lower case @default the machine's names for itself, such as localhost
 */
export function isLocalHost(host: string | null | undefined, names: readonly string[] = localNames): boolean {
  const match = /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.exec(host ?? '')
  return match !== null && names.includes(match[1].toLowerCase())
}

/** Whether the sending page came from the same host and port. Browsers send `Origin` with every request that can change something. */
export function isSameOrigin(
  origin: string | null | undefined,
  host: string | null | undefined,
  scheme: 'http' | 'https' = 'http',
): boolean {
  if (typeof origin !== 'string' || typeof host !== 'string') return false
  return origin.toLowerCase() === `${scheme}://${host.toLowerCase()}`
}

/** Whether only this machine can reach a server at this address. */
export function isLoopback(address: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|localhost|::1|\[::1\])$/i.test(address)
}

/**
 * The host names a server at this address accepts. Its own addresses are safe from DNS rebinding, since nobody else can have them as
 * a name.
 * @param more further names, for instance behind a proxy
 */
export function namesOf(address: string, more: readonly string[] = []): string[] {
  const own = isLoopback(address) ? [] : [hostname(), ...ownAddresses()]
  return [...new Set([...localNames, inUrl(address), ...own, ...more].map((name) => name.toLowerCase()))]
}

/** The host for a URL to show; if the server listens on all addresses, the first one that others can reach. */
export function nameForPeople(address: string): string {
  if (address !== '0.0.0.0' && address !== '::') return inUrl(address)
  return ownAddresses().find((one) => !isLoopback(one)) ?? '127.0.0.1'
}

function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((one) => one ?? [])
  return all.toSorted((a, b) => a.family.localeCompare(b.family)).map(({ address }) => inUrl(address.split('%')[0]))
}

const inUrl = (address: string): string =>
  address.includes(':') && !address.startsWith('[') ? `[${address}]` : address
