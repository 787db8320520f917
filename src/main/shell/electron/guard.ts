import type { App, Session, WebContents } from 'electron'
import { isHome, mayLoad } from './protocol.ts'

/** Pages may write to the clipboard but not read it. */
const allowed: ReadonlySet<string> = new Set(['clipboard-sanitized-write'])

/** No page ever navigates away, opens a window, embeds another page, or gets permissions such as the camera. */
export function guardContents(app: Pick<App, 'on'>): void {
  app.on('web-contents-created', (_, contents: WebContents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    for (const kind of ['will-navigate', 'will-redirect', 'will-frame-navigate'] as const) {
      contents.on(kind as 'will-navigate', (event) => {
        if (!isHome(event.url)) event.preventDefault()
      })
    }
    contents.on('will-attach-webview', (event) => event.preventDefault())
  })
}

export function guardSession(
  session: Pick<
    Session,
    'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler' | 'webRequest'
  >,
): void {
  session.setPermissionRequestHandler((contents, permission, answer) =>
    answer(allowed.has(permission) && isHome(contents.getURL())),
  )
  session.setPermissionCheckHandler((_, permission, origin) => allowed.has(permission) && isHome(origin))
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !mayLoad(details.url) }))
}
