import type { App, Session, WebContents } from 'electron'
import { isHome, mayLoad } from './protocol.ts'

/** No page ever leaves the application, opens a window, embeds another, or is allowed a camera. */
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
  session.setPermissionRequestHandler((_, __, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !mayLoad(details.url) }))
}
