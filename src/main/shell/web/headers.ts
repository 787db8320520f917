/**
 * What pages may do: run their own scripts and styles, show their own images, and connect to their own server. Nothing inline,
 * nothing from elsewhere.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  // The DOM refuses to turn strings into markup or script, even by a library's mistake.
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** For every response. */
export const securityHeaders: Record<string, string> = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), payment=()',
}

/** Adds headers to a response, which keeps its own where both have one. */
export function withHeaders(response: Response, headers: Record<string, string>): Response {
  const all = new Headers(headers)
  for (const [name, value] of response.headers) all.set(name, value)
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers: all })
}
