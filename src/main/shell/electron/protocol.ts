import type { Logger } from '../../base/log.ts'
import { pages as texts } from '../texts.ts'
import { securityHeaders, withHeaders } from '../web/headers.ts'
import { answerStatic } from '../web/staticFiles.ts'
import type { Core } from './core.ts'

export const scheme = 'surmise'
export const host = 'app'
export const home = `${scheme}://${host}/`

/** Pages of this scheme have an origin of their own, and may fetch, stream and cache like those of https. */
export const privileges = {
  scheme,
  privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
}

/** Answers `surmise://app/…` as the web shell answers http: pages, and images of the open project from the core. */
export function answerScheme(core: Pick<Core, 'image'>, rendererFolder: string, log: Logger) {
  return async (request: Request): Promise<Response> => {
    try {
      const { host: asked, pathname } = new URL(request.url)
      if (asked !== host) return withHeaders(new Response(`${texts.nothingHere}\n`, { status: 404 }), securityHeaders)
      const isImage = pathname.startsWith('/images/')
      const response = isImage ? await core.image(request) : await answerStatic(rendererFolder, request)
      return withHeaders(response, securityHeaders)
    } catch (error) {
      log.error('A page could not be sent', error)
      return withHeaders(new Response(`${texts.failed}\n`, { status: 500 }), securityHeaders)
    }
  }
}

/** Whether this is our own origin, the only one that may call the contract or be navigated to. */
export function isHome(url: string): boolean {
  return URL.canParse(url) && new URL(url).protocol === `${scheme}:` && new URL(url).host === host
}

/** Whether a page may load this: nothing from the network or the disk. */
export function mayLoad(url: string): boolean {
  return isHome(url) || /^(blob:|data:|devtools:)/.test(url)
}
