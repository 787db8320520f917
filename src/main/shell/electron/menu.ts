import type { MenuItemConstructorOptions } from 'electron'
import type { MenuAction } from '../../../contract/desktop.ts'
import { name, menu as texts } from '../texts.ts'
import { acceleratorOf } from './accelerator.ts'

export interface MenuState {
  platform: NodeJS.Platform
  packaged: boolean
  /** From the pages’ registry; empty until a page has loaded. */
  actions: readonly MenuAction[]
  recent: readonly { path: string; name: string }[]
  /** Whether to look for updates; undefined if this package can't be updated. */
  updates?: boolean
}

export interface MenuHandlers {
  /** Runs an action of the pages. */
  run(id: string): void
  openRecent(path: string): void
  clearRecent(): void
  setUpdates(on: boolean): void
  lookForUpdates(): void
}

/** The menus' actions in order; `-` is a separator, `recent` the list of recent projects. */
const layout = {
  file: [
    ...['new-project', 'open-project', 'recent', '-', 'import', 'merge', 'export', 'report', '-'],
    ...['rescan', 'locate', '-', 'close'],
  ],
  edit: ['add-label', 'bulk', '-', 'grid.select-all', 'grid.select-none', '-', 'grid.search', 'image.find'],
  view: [
    'go-back',
    'go-forward',
    '-',
    'palette',
    'history',
    'progress',
    '-',
    'grid.filter',
    'grid.saved-filters',
    'grid.label-by-label',
  ],
  image: [
    ...['image.next', 'image.previous', 'image.go-to', 'image.back', '-'],
    ...['image.accept', 'image.reject', 'image.accept-all', 'image.rest-absent', 'image.why', '-'],
    ...[
      'image.fit',
      'image.actual-size',
      'image.zoom-in',
      'image.zoom-out',
      'image.turn-left',
      'image.turn-right',
      '-',
    ],
    ...['copy-image', 'copy-path', 'reveal'],
  ],
  model: ['fine-tune', 'models', 'export-model', '-', 'disputed'],
  help: ['keys', 'tour', '-', 'doctor', 'show-log'],
}

const line = { type: 'separator' } as const

/** The menu bar: the pages' actions, and the system's own items. */
export function menuTemplate(state: MenuState, handlers: MenuHandlers): MenuItemConstructorOptions[] {
  const { platform, packaged } = state
  const mac = platform === 'darwin'
  const settings = itemsOf(['settings'], state, handlers)
  const about: MenuItemConstructorOptions = { role: 'about' }
  const updates = updateItems(state, handlers)
  const menus: MenuItemConstructorOptions[] = [
    ...(mac ? [appMenu([about, ...updates, line, ...settings])] : []),
    {
      label: texts.file,
      submenu: joined([
        ...itemsOf(layout.file, state, handlers),
        ...(mac ? [line, { role: 'close' } as const] : [line, ...settings, line, { role: 'quit' } as const]),
      ]),
    },
    {
      label: texts.edit,
      submenu: joined([
        ...itemsOf(['undo', 'redo'], state, handlers),
        line,
        ...[{ role: 'cut' } as const, { role: 'copy' } as const, { role: 'paste' } as const, line],
        ...itemsOf(layout.edit, state, handlers),
      ]),
    },
    {
      label: texts.view,
      submenu: joined([
        ...itemsOf(layout.view, state, handlers),
        line,
        ...[{ role: 'resetZoom' } as const, { role: 'zoomIn' } as const, { role: 'zoomOut' } as const, line],
        { role: 'togglefullscreen' },
        ...(packaged ? [] : [line, { role: 'reload' } as const, { role: 'toggleDevTools' } as const]),
      ]),
    },
    { label: texts.image, submenu: joined(itemsOf(layout.image, state, handlers)) },
    { label: texts.model, submenu: joined(itemsOf(layout.model, state, handlers)) },
    ...(mac ? [{ role: 'windowMenu' } as const] : []),
    {
      role: 'help' as const,
      label: texts.help,
      submenu: joined([...itemsOf(layout.help, state, handlers), ...(mac ? [] : [line, ...updates, line, about])]),
    },
  ]
  // Some menus are empty until a page has sent its actions.
  return menus.filter(({ role, submenu }) => role !== undefined || !Array.isArray(submenu) || submenu.length > 0)
}

function appMenu(first: MenuItemConstructorOptions[]): MenuItemConstructorOptions {
  const rest = ['services', '-', 'hide', 'hideOthers', 'unhide', '-', 'quit'] as const
  return {
    label: name,
    submenu: joined([...first, line, ...rest.map((role) => (role === '-' ? line : { role }))]),
  }
}

function itemsOf(ids: readonly string[], state: MenuState, handlers: MenuHandlers): MenuItemConstructorOptions[] {
  return ids.flatMap((id): MenuItemConstructorOptions[] => {
    if (id === '-') return [line]
    if (id === 'recent') return state.recent.length > 0 ? [recentItem(state, handlers)] : []
    const action = state.actions.find((one) => one.id === id)
    if (!action) return []
    return [
      {
        id,
        label: action.title.replaceAll('&', '&&'),
        accelerator: acceleratorOf(action.key, state.platform),
        // Only shown: pages handle the keys themselves, because they know whether somebody is typing.
        registerAccelerator: false,
        enabled: action.enabled,
        toolTip: action.reason ?? undefined,
        click: () => handlers.run(id),
      },
    ]
  })
}

function recentItem({ recent }: MenuState, { openRecent, clearRecent }: MenuHandlers): MenuItemConstructorOptions {
  return {
    label: texts.recent,
    submenu: [
      ...recent.slice(0, 10).map(({ path, name: project }) => ({
        ...{ label: project.replaceAll('&', '&&'), toolTip: path },
        click: () => openRecent(path),
      })),
      line,
      { label: texts.clearRecent, click: clearRecent },
    ],
  }
}

function updateItems({ updates }: MenuState, handlers: MenuHandlers): MenuItemConstructorOptions[] {
  if (updates === undefined) return []
  return [
    { label: texts.checkNow, click: () => handlers.lookForUpdates() },
    {
      ...{ label: texts.checkDaily, type: 'checkbox', checked: updates },
      click: ({ checked }) => handlers.setUpdates(checked),
    },
  ]
}

/** Removes separators at either end and next to each other, left over from omitted items. */
function joined(items: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return items.filter((item, at) => {
    if (item.type !== 'separator') return true
    const before = items.slice(0, at).findLast((one) => one === undefined || one.type !== 'separator')
    const follows = items[at + 1]
    return before !== undefined && follows !== undefined && follows.type !== 'separator'
  })
}
