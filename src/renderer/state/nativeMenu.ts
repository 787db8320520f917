import type { MenuAction } from '../../contract/desktop.ts'
import { action, actions } from '../actions/registry.ts'
import { client } from '../bridge/client.ts'
import { queryClient } from './queries.ts'
import { ui, useUi } from './ui.ts'

/** Going through a list changes what can be done many times a second; nobody opens a menu that fast. */
const tellAfter = 150

const isDesktop = (): boolean => location.protocol === 'surmise:'

/** Keeps the desktop's menu bar, where there is one, up to date: what can be done now, and with which keys. */
export function followMenu(): void {
  if (!isDesktop()) return
  let last = ''
  let isWaiting = false
  const tell = (): void => {
    isWaiting = false
    const shown = shownActions()
    const text = JSON.stringify(shown)
    if (text === last || ui.get().line !== 'here') return
    last = text
    client.app.menu({ actions: shown }).catch(() => {
      // The connection is lost; the next one starts with a fresh menu.
      last = ''
    })
  }
  const later = (): void => {
    if (isWaiting) return
    isWaiting = true
    setTimeout(tell, tellAfter)
  }
  useUi.subscribe((now, before) => {
    if (now.line === 'here' && before.line !== 'here') last = ''
    later()
  })
  queryClient.getQueryCache().subscribe(later)
}

/** While a dialog is open, only its own keys and buttons apply. */
export function shownActions(): MenuAction[] {
  const { dialog } = ui.get()
  const isFree = dialog === null
  return actions.map(({ id, title, keys, whyNot }) => {
    const reason = whyNot()
    return { id, title, key: keys[0] ?? null, enabled: isFree && reason === null, reason }
  })
}

/** Runs what was chosen in the menu bar. In a text field, Undo undoes typing. */
export function runFromMenu(id: string): void {
  const field = document.activeElement
  const isTyping = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement
  if (isTyping && (id === 'undo' || id === 'redo')) document.execCommand(id)
  else if (isTyping && id === 'grid.select-all') field.select()
  else {
    const { dialog } = ui.get()
    if (dialog === null && action(id).whyNot() === null) action(id).run()
  }
}
