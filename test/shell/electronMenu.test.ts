import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { MenuItemConstructorOptions } from 'electron'
import { expect, test, vi } from 'vitest'
import type { MenuAction } from '../../src/contract/desktop.ts'
import { Given } from '../../src/main/shell/core/given.ts'
import { acceleratorOf } from '../../src/main/shell/electron/accelerator.ts'
import { othersIn, projectIn } from '../../src/main/shell/electron/arguments.ts'
import { MenuBar } from '../../src/main/shell/electron/bar.ts'
import { type MenuState, menuTemplate } from '../../src/main/shell/electron/menu.ts'
import { temporaryFolder } from '../app/support.ts'

/** The ids, titles and first keys of the pages' own registry, read from its source: the menu must know no other. */
const registered = registeredActions()
const handlers = () => ({
  ...{ run: vi.fn(), openRecent: vi.fn(), clearRecent: vi.fn(), setUpdates: vi.fn(), lookForUpdates: vi.fn() },
})
const state = (change: Partial<MenuState> = {}): MenuState => ({
  ...{ platform: 'linux', packaged: true, actions: registered, recent: [] },
  ...change,
})
const itemsOf = (menus: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
  menus.flatMap((one) => (Array.isArray(one.submenu) ? [one, ...itemsOf(one.submenu)] : [one]))

test('the menus hold actions of the registry and roles of the system, each once, with the keys that are in force', () => {
  expect(registered.length).toBeGreaterThan(40)
  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    const items = itemsOf(menuTemplate(state({ platform, updates: true }), handlers()))
    const ids = items.flatMap(({ id }) => id ?? [])
    expect(new Set(ids).size, platform).toBe(ids.length)
    // What the pages are asked for is there, whatever the order in which a menu lists it.
    for (const id of ['new-project', 'undo', 'image.accept', 'fine-tune', 'doctor', 'settings', 'show-log'])
      expect(ids, `${platform} ${id}`).toContain(id)
    const keys = items.flatMap(({ accelerator }) => accelerator ?? [])
    // A plain key may be that of the grid and that of an image: they are never at hand together.
    const global = keys.filter((key) => platform === 'darwin' || key.includes('CmdOrCtrl'))
    expect(global.length).toBeGreaterThan(10)
    expect(new Set(global).size, platform).toBe(global.length)
    for (const item of items) if (item.accelerator) expect(item.registerAccelerator).toBe(false)
    expect(items.some(({ role }) => role === 'toggleDevTools')).toBe(false)
    expect(items.some(({ role }) => role === 'quit')).toBe(true)
    expect(items.find(({ id }) => id === 'image.accept')?.accelerator).toBe(platform === 'darwin' ? undefined : 'A')
    const lines = menuTemplate(state({ platform }), handlers()).map(
      ({ submenu }) => submenu as MenuItemConstructorOptions[] | undefined,
    )
    for (const submenu of lines) {
      const kinds = (submenu ?? []).map(({ type }) => type === 'separator')
      expect([kinds[0], kinds.at(-1)]).not.toContain(true)
      expect(kinds.some((line, at) => line && kinds[at + 1])).toBe(false)
    }
  }
  const [first] = menuTemplate(state({ platform: 'darwin' }), handlers())
  const app = itemsOf([first])
  expect([first.label, app.some(({ id }) => id === 'settings'), app.some(({ role }) => role === 'hide')]).toEqual([
    'Surmise',
    true,
    true,
  ])
  expect(itemsOf(menuTemplate(state({ packaged: false }), handlers())).some(({ role }) => role === 'reload')).toBe(true)
})

test('before a page is there, the menus are those of the system alone', () => {
  const labels = menuTemplate(state({ actions: [] }), handlers()).map(({ label, role }) => label ?? role)
  expect(labels).toEqual(['&File', '&Edit', '&View', '&Help'])
})

test('items do what they say; what can’t be done is grey', () => {
  const calls = handlers()
  const recent = [{ path: '/p/Cats & dogs.surmise', name: 'Cats & dogs' }]
  const actions = registered.map((one) => ({ ...one, enabled: one.id !== 'export' }))
  const items = itemsOf(menuTemplate(state({ actions, recent, updates: false }), calls))
  const click = (matches: (item: MenuItemConstructorOptions) => boolean, checked = true) =>
    items.find(matches)!.click!({ checked } as never, undefined as never, undefined as never)
  click(({ id }) => id === 'fine-tune')
  click(({ label }) => label === 'Cats && dogs')
  click(({ label }) => label === 'Clear list')
  click(({ label }) => label === 'Check for updates daily')
  click(({ label }) => label === 'Check for updates…')
  expect(calls.run.mock.calls).toEqual([['fine-tune']])
  expect(calls.openRecent.mock.calls).toEqual([['/p/Cats & dogs.surmise']])
  expect([calls.clearRecent, calls.lookForUpdates].map(({ mock }) => mock.calls.length)).toEqual([1, 1])
  expect(calls.setUpdates.mock.calls).toEqual([[true]])
  expect(items.find(({ id }) => id === 'export')?.enabled).toBe(false)
  expect(itemsOf(menuTemplate(state(), calls)).some(({ label }) => label?.includes('Updates'))).toBe(false)
})

test('the bar is made anew only when it shows something else', () => {
  const setApplicationMenu = vi.fn()
  const buildFromTemplate = (template: unknown) => template as never
  const bar = new MenuBar({ setApplicationMenu, buildFromTemplate }, handlers(), { platform: 'linux', packaged: true })
  bar.update({ actions: registered })
  bar.update({ actions: registered.map((one) => ({ ...one })) })
  bar.update({ recent: [{ path: '/a', name: 'a' }] })
  expect(setApplicationMenu).toHaveBeenCalledTimes(3)
})

test('keys as Electron calls them', () => {
  const on = (platform: NodeJS.Platform) => (key: string | null) => acceleratorOf(key, platform)
  expect(
    ['mod+shift+z', 'mod+Enter', 'mod+ArrowRight', '+', ' ', 'Delete', 'mod+,', 'mod++', null].map(on('linux')),
  ).toEqual([
    ...['CmdOrCtrl+Shift+Z', 'CmdOrCtrl+Return', 'CmdOrCtrl+Right', 'Plus', 'Space', 'Delete', 'CmdOrCtrl+,'],
    ...['CmdOrCtrl+Plus', undefined],
  ])
  expect(['a', 'shift+a', 'mod+e'].map(on('darwin'))).toEqual([undefined, undefined, 'CmdOrCtrl+E'])
})

test('what the program is started with: projects, folders and files; no switches, no addresses', () => {
  expect(projectIn(['.', '--no-sandbox', 'a/p.surmise'], '/home/me')).toBe(path.resolve('/home/me/a/p.surmise'))
  expect(
    projectIn(['.', '--x=p.surmise', 'surmise://app/p.surmise', 'https://a.b/p.surmise'], '/home/me'),
  ).toBeUndefined()
  const own = path.resolve('/opt/surmise')
  expect(othersIn(['--x', own, 'photos', 'surmise://run', 'p.surmise'], '/home/me', own)).toEqual([
    path.resolve('/home/me/photos'),
  ])
  const folder = temporaryFolder()
  mkdirSync(path.join(folder, 'photos'))
  writeFileSync(path.join(folder, 'l.csv'), 'image,label')
  const given = new Given()
  expect(['photos', 'l.csv', 'gone'].map((name) => given.add(path.join(folder, name)))).toEqual([true, true, false])
  expect(given.take()).toEqual([
    { name: 'photos', isFolder: true, path: path.join(folder, 'photos'), size: expect.any(Number) },
    { name: 'l.csv', isFolder: false, path: path.join(folder, 'l.csv'), size: 11 },
  ])
  expect(given.take()).toEqual([])
})

function registeredActions(): MenuAction[] {
  const source = readFileSync(path.resolve(import.meta.dirname, '../../src/renderer/actions/registry.ts'), 'utf8')
  const prefixes: Record<string, string> = { tour: 'tour.', image: 'image.', inLabel: 'label-by-label.', grid: 'grid.' }
  const lines = /\b([a-z]\w*)\('([\w-]+)',\s*([^,]+),\s*\[([^\]]*)\]/g
  return Array.from(source.matchAll(lines), ([, kind, id, title, keys]) => {
    const [key = null] = [...keys.matchAll(/'([^']+)'/g)].map((match) => match[1])
    return {
      id: `${prefixes[kind] ?? ''}${id}`,
      title: title.replace(/['"]/g, ''),
      key: id === 'history' ? 'mod+h' : key,
      enabled: true,
    }
  })
}
