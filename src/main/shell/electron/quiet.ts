import type { App, Session } from 'electron'

/**
 * Chromium asks its makers’ servers for things now and then, and looks around the local network. Crash reports are sent by
 * nobody who has not started `crashReporter`; a test checks that nothing imports it.
 */
const switches: readonly (readonly [name: string, value?: string])[] = [
  // Reports of crashes, of failed connections, of links that were followed.
  ['disable-breakpad'],
  ['disable-domain-reliability'],
  ['no-pings'],
  // Lists, models and parts that are fetched in the background.
  ['disable-background-networking'],
  ['disable-component-update'],
  ['disable-sync'],
  [
    'disable-features',
    // Screens to cast to, looked for by multicast; hints, translations and certificates’ lists from Google’s servers.
    [
      ...['MediaRouter', 'DialMediaRouteProvider', 'OptimizationHints', 'Translate', 'AutofillServerCommunication'],
      'CertificateTransparencyComponentUpdater',
    ].join(),
  ],
]

/** Before Chromium has started. @param updates whether this package may look for updates: else no name is looked up at all */
export function keepChromiumQuiet({ commandLine }: Pick<App, 'commandLine'>, { updates }: { updates: boolean }): void {
  for (const [name, value] of switches) commandLine.appendSwitch(name, value)
  if (!updates) commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND')
}

/** Once Chromium has started, before the first window. */
export function keepSessionQuiet(
  app: Pick<App, 'configureHostResolver'>,
  session: Pick<Session, 'setSpellCheckerEnabled' | 'setSpellCheckerLanguages' | 'setProxy'>,
): void {
  // Its dictionaries come from a server of Google’s.
  session.setSpellCheckerEnabled(false)
  session.setSpellCheckerLanguages([])
  // The page needs no network: no proxy is looked for either (on Windows that asks for a host called “wpad”).
  void session.setProxy({ mode: 'direct' })
  // Names go to no server but the system’s own.
  app.configureHostResolver({ secureDnsMode: 'off', enableBuiltInResolver: false })
}
