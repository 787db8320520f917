import { notifyOnce, ui } from '../state/ui.ts'
import { leaveFocus } from '../ui/keepFocus.ts'
import { keyOf } from './keys.ts'
import { action, actions, runLabelKey } from './registry.ts'

const typing = 'input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]'

const trainingPanel = '[data-tour=training]'

/** One that is on its way out has the focus for a moment more: the next key is not for it. */
const openPopup = '[role=dialog]:not([data-closed]), [role=menu]:not([data-closed])'

/** One listener for all keys: what a focused control needs itself is left to it. @returns to stop */
export function listenToKeys(): () => void {
  const listen = (event: KeyboardEvent): void => {
    const { dialog } = ui.get()
    if (event.defaultPrevented || event.isComposing) return
    const key = keyOf(event)
    // Out of a dialog too, as a browser's own buttons lead.
    const way = [action('go-back'), action('go-forward')].find(({ keys }) => keys.includes(key))
    if (way) {
      event.preventDefault()
      way.run()
      return
    }
    if (dialog !== null) return
    const target = event.target instanceof Element ? event.target : document.body
    if (target.closest(openPopup)) return
    const isPalette = action('palette').keys.includes(key)
    if (target.matches(typing) && !target.closest('[data-closed]') && !isPalette) {
      // Out of the field, back to the keys, and to the images where they are shown.
      if (key === 'Escape') leaveFocus(target)
      return
    }
    // What lies over the screen is closed first.
    if (key === 'Escape' && target.closest(trainingPanel)) {
      event.preventDefault()
      ui.set({ trainingPanel: false })
      return
    }
    const isControl = target.closest('button, a, summary, input') !== null
    if (isControl && (key === ' ' || key === 'Enter')) return
    if (target.matches('input[type=range]') && key.startsWith('Arrow')) return
    const withKey = actions.filter((one) => one.keys.includes(key) && one.here())
    const found = withKey.find((one) => one.whyNot() === null)
    if (found) {
      event.preventDefault()
      found.run()
    } else if (withKey.length > 0) {
      event.preventDefault()
      notifyOnce(withKey[0].whyNot())
    } else if (runLabelKey(key)) event.preventDefault()
  }
  window.addEventListener('keydown', listen)
  return () => window.removeEventListener('keydown', listen)
}
