import type { Menu } from 'electron'
import type { MenuAction } from '../../../contract/desktop.ts'
import { type MenuHandlers, type MenuState, menuTemplate } from './menu.ts'

/** The menu bar, rebuilt when its content changes. */
export class MenuBar {
  readonly #menu: Pick<typeof Menu, 'setApplicationMenu' | 'buildFromTemplate'>
  readonly #handlers: MenuHandlers
  #state: MenuState
  #shown = ''

  constructor(
    menu: Pick<typeof Menu, 'setApplicationMenu' | 'buildFromTemplate'>,
    handlers: MenuHandlers,
    fixed: Pick<MenuState, 'platform' | 'packaged'>,
  ) {
    this.#menu = menu
    this.#handlers = handlers
    this.#state = { ...fixed, actions: [], recent: [] }
    this.update({})
  }

  update(change: Partial<Pick<MenuState, 'recent' | 'updates'>> & { actions?: readonly MenuAction[] }): void {
    this.#state = { ...this.#state, ...change }
    const shown = JSON.stringify(this.#state)
    // Rebuilding would close an open menu.
    if (shown === this.#shown) return
    this.#shown = shown
    this.#menu.setApplicationMenu(this.#menu.buildFromTemplate(menuTemplate(this.#state, this.#handlers)))
  }
}
