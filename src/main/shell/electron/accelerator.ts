/** Keys with another name in Electron. */
const names: Record<string, string> = {
  ' ': 'Space',
  '+': 'Plus',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  Escape: 'Esc',
  Enter: 'Return',
}

/**
 * Converts a key from the registry of actions (`mod+shift+z`) to Electron's notation (`CmdOrCtrl+Shift+Z`).
 * @returns undefined for a key that must not be in the menu: on a Mac, a plain key there no longer reaches text fields
 */
export function acceleratorOf(key: string | null, platform: NodeJS.Platform): string | undefined {
  if (key === null) return undefined
  const parts = key.split(/\+(?=.)/)
  if (platform === 'darwin' && !parts.includes('mod') && !parts.includes('alt')) return undefined
  return parts
    .map((part) => {
      if (part === 'mod') return 'CmdOrCtrl'
      if (part === 'shift') return 'Shift'
      if (part === 'alt') return 'Alt'
      return names[part] ?? (part.length === 1 ? part.toUpperCase() : part)
    })
    .join('+')
}
