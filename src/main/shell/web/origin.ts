import { hostname, networkInterfaces } from 'node:os'

const localNames: readonly string[] = ['127.0.0.1', 'localhost', '[::1]']

/**
 * The host that a request was sent to must be this machine by name: a page elsewhere whose name was made to point here
 * (DNS rebinding) sends its own. The port may be another one, since it may have been forwarded.
 * @param names lower case @default those by which this machine alone knows itself
 */
export function isLocalHost(host: string | null | undefined, names: readonly string[] = localNames): boolean {
  const match = /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.exec(host ?? '')
  return match !== null && names.includes(match[1].toLowerCase())
}

/** The page that sends this must have come from the same host and port. Browsers send `Origin` with whatever can change something. */
export function isSameOrigin(
  origin: string | null | undefined,
  host: string | null | undefined,
  scheme: 'http' | 'https' = 'http',
): boolean {
  if (typeof origin !== 'string' || typeof host !== 'string') return false
  return origin.toLowerCase() === `${scheme}://${host.toLowerCase()}`
}

/** Whether only this machine can reach what listens at this address. */
export function isLoopback(address: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|localhost|::1|\[::1\])$/i.test(address)
}

/**
 * What a server that listens at this address may be called: an address that is its own can't be another's name, so that DNS
 * rebinding has nothing to offer.
 * @param more names that people give it, behind a proxy for instance
 */
export function namesOf(address: string, more: readonly string[] = []): string[] {
  const own = isLoopback(address) ? [] : [hostname(), ...ownAddresses()]
  return [...new Set([...localNames, inUrl(address), ...own, ...more].map((name) => name.toLowerCase()))]
}

/** As it is written into an address for people: where it listens everywhere, the first address that others can reach. */
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
