import { notifyOnce, ui } from '../state/ui.ts'
import { leaveFocus } from '../ui/keepFocus.ts'
import { keyOf } from './keys.ts'
import { action, actions, runLabelKey } from './registry.ts'

const typing = 'input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]'

const trainingPanel = '[data-tour=training]'

/** A closing dialog keeps focus for a moment, but the next key isn't meant for it. */
const openPopup = '[role=dialog]:not([data-closed]), [role=menu]:not([data-closed])'

/** One listener for all shortcuts. Keys that a focused control needs are left to it. @returns a function that stops it */
export function listenToKeys(): () => void {
  const listen = (event: KeyboardEvent): void => {
    const { dialog } = ui.get()
    if (event.defaultPrevented || event.isComposing) return
    const key = keyOf(event)
    // Also out of a dialog, like a browser's own buttons.
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
      // Leaves the field, so that shortcuts work again; focuses the images if they are shown.
      if (key === 'Escape') leaveFocus(target)
      return
    }
    // An open overlay closes first.
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
