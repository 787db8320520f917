/** What Electron, Chromium and the updater would send of themselves. */
import Module from 'node:module'
import { expect, onTestFinished, test, vi } from 'vitest'
import { silent } from '../../src/main/base/log.ts'
import { keepChromiumQuiet, keepSessionQuiet } from '../../src/main/shell/electron/quiet.ts'
import { Updates } from '../../src/main/shell/electron/updates.ts'
import { fakeElectron } from './fakeElectron.ts'

const switchesOf = ({ app }: ReturnType<typeof fakeElectron>) =>
  new Map(app.commandLine.appendSwitch.mock.calls as unknown as [string, string | undefined][])

test('Chromium reports and fetches nothing in the background, and casts to no screens', () => {
  const fake = fakeElectron()
  keepChromiumQuiet(fake.electron.app as never, { updates: false })
  const switches = switchesOf(fake)
  for (const name of [
    ...['disable-background-networking', 'disable-component-update', 'disable-domain-reliability'],
    ...['disable-breakpad', 'no-pings', 'disable-sync'],
  ])
    expect(switches.has(name), name).toBe(true)
  expect(switches.get('disable-features')?.split(',')).toEqual(
    expect.arrayContaining(['MediaRouter', 'DialMediaRouteProvider', 'OptimizationHints']),
  )
  // Whatever it may still want to ask: it finds no address.
  expect(switches.get('host-resolver-rules')).toBe('MAP * ~NOTFOUND')
})

test('names are looked up only where there are updates to look for', () => {
  const fake = fakeElectron({ packaged: true })
  keepChromiumQuiet(fake.electron.app as never, { updates: true })
  expect(switchesOf(fake).has('host-resolver-rules')).toBe(false)
  expect(switchesOf(fake).has('disable-component-update')).toBe(true)
})

test('the session fetches no dictionaries, looks for no proxy, and asks no name server of its own', () => {
  const { electron } = fakeElectron()
  keepSessionQuiet(electron.app as never, electron.session.defaultSession as never)
  const { setSpellCheckerEnabled, setSpellCheckerLanguages, setProxy } = electron.session.defaultSession
  expect(setSpellCheckerEnabled.mock.calls).toEqual([[false]])
  expect(setSpellCheckerLanguages.mock.calls).toEqual([[[]]])
  expect(setProxy.mock.calls).toEqual([[{ mode: 'direct' }]])
  expect(electron.app.configureHostResolver.mock.calls).toEqual([
    [{ secureDnsMode: 'off', enableBuiltInResolver: false }],
  ])
})

/** What the real updater would ask with. */
async function headersOf(updater: object): Promise<Record<string, string>> {
  const loader = Module as unknown as { _load(name: string, ...rest: unknown[]): unknown }
  const real = loader._load
  loader._load = (name, ...rest) => (name === 'electron' ? {} : real.call(loader, name, ...rest))
  onTestFinished(() => {
    loader._load = real
  })
  const { AppUpdater } = Module.createRequire(import.meta.url)('electron-updater/out/AppUpdater.js')
  return AppUpdater.prototype.computeFinalHeaders.call(updater, { 'x-user-staging-id': 'this installation' })
}

test('looking for updates tells one installation from another by nothing', async () => {
  const updater = { checkForUpdates: async () => ({ isUpdateAvailable: false }) }
  const preferences = { get: vi.fn(), set: vi.fn() }
  const { dialog, answers } = fakeElectron()
  answers.push('OK')
  const load = async () => updater as never
  await new Updates({ preferences, dialog: dialog as never, log: silent, available: true, load }).checkNow()
  expect(await headersOf(updater)).toEqual({ 'x-user-staging-id': '00000000-0000-0000-0000-000000000000' })
})
