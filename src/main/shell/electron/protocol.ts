import type { Logger } from '../../base/log.ts'
import { pages as texts } from '../texts.ts'
import { securityHeaders, withHeaders } from '../web/headers.ts'
import { answerStatic } from '../web/staticFiles.ts'
import type { Core } from './core.ts'

export const scheme = 'surmise'
export const host = 'app'
export const home = `${scheme}://${host}/`

/** A page of this scheme has an origin of its own, and may fetch, stream and cache like one of https. */
export const privileges = {
  scheme,
  privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
}

/** Answers `surmise://app/…` as the web shell answers http: pages, and the images of the open project, which the core has. */
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

/** The page is where it belongs: the only address that may call the contract, and the only one to navigate to. */
export function isHome(url: string): boolean {
  return URL.canParse(url) && new URL(url).protocol === `${scheme}:` && new URL(url).host === host
}

/** What a page may load at all: nothing from the network, nothing from the disk. */
export function mayLoad(url: string): boolean {
  return isHome(url) || /^(blob:|data:|devtools:)/.test(url)
}
