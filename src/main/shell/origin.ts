const localNames = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * The host that a request was sent to must be this machine by name: a page elsewhere whose name was made to point here
 * (DNS rebinding) sends its own. The port may be another one, since it may have been forwarded.
 */
export function isLocalHost(host: string | null | undefined): boolean {
  const match = /^(\[::1\]|[\w.-]+)(?::\d{1,5})?$/.exec(host ?? '')
  return match !== null && localNames.has(match[1].toLowerCase())
}

/** The page that sends this must have come from the same host and port. Browsers send `Origin` with whatever can change something. */
export function isSameOrigin(origin: string | null | undefined, host: string | null | undefined): boolean {
  return (
    typeof origin === 'string' && typeof host === 'string' && origin.toLowerCase() === `http://${host.toLowerCase()}`
  )
}
