import type { App, Session } from 'electron'

/**
 * Stops Chromium from contacting its makers’ servers and searching the local network. Crash reports are sent only if `crashReporter`
 * is started; a test checks that nothing imports it.
 */
const switches: readonly (readonly [name: string, value?: string])[] = [
  // Reports about crashes, failed connections and followed links.
  ['disable-breakpad'],
  ['disable-domain-reliability'],
  ['no-pings'],
  // Lists, models and components downloaded in the background.
  ['disable-background-networking'],
  ['disable-component-update'],
  ['disable-sync'],
  [
    'disable-features',
    // Searching for cast screens by multicast; hints, translations and certificate lists from Google’s servers.
    [
      ...['MediaRouter', 'DialMediaRouteProvider', 'OptimizationHints', 'Translate', 'AutofillServerCommunication'],
      'CertificateTransparencyComponentUpdater',
    ].join(),
  ],
]

/** To be called before Chromium starts. @param updates whether this package can look for updates; otherwise DNS is blocked entirely */
export function keepChromiumQuiet({ commandLine }: Pick<App, 'commandLine'>, { updates }: { updates: boolean }): void {
  for (const [name, value] of switches) commandLine.appendSwitch(name, value)
  if (!updates) commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND')
}

/** To be called once Chromium has started, before the first window. */
export function keepSessionQuiet(
  app: Pick<App, 'configureHostResolver'>,
  session: Pick<Session, 'setSpellCheckerEnabled' | 'setSpellCheckerLanguages' | 'setProxy'>,
): void {
  // Dictionaries would be downloaded from Google.
  session.setSpellCheckerEnabled(false)
  session.setSpellCheckerLanguages([])
  // Pages need no network, so don't search for a proxy either (Windows would ask for a host named “wpad”).
  void session.setProxy({ mode: 'direct' })
  // Look up names only through the system.
  app.configureHostResolver({ secureDnsMode: 'off', enableBuiltInResolver: false })
}
