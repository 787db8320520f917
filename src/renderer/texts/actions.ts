/** Titles of what is done by a key alone. All other actions are called as their buttons are. */
export const actions = {
  undo: 'Undo',
  redo: 'Redo',
  accept: 'Accept suggestion',
  reject: 'Reject suggestion',
  skip: 'Skip to next suggestion, then next image',
  acceptAll: 'Accept all suggestions for this image',
  clear: 'Reset to unknown',
  nextLabel: 'Next label',
  previousLabel: 'Previous label',
  selectAll: 'Select all shown',
  selectNone: 'Select none',
} as const

/** Keys that don’t write their own name. */
export const keyNames: Record<string, string> = {
  ' ': 'Space',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Backspace: '⌫',
  Enter: '↵',
  Delete: 'Del',
  PageUp: 'Page ↑',
  PageDown: 'Page ↓',
}

/** Not on a Mac, where they are signs. */
export const modifierNames = { mod: 'Ctrl', shift: 'Shift', alt: 'Alt' } as const
