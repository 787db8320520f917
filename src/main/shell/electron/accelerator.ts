/** Keys of the pages’ registry that Electron calls otherwise. */
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
 * A key as the registry of actions writes it (`mod+shift+z`), as Electron does (`CmdOrCtrl+Shift+Z`).
 * @returns undefined for one that may not stand in the menu: on a Mac a plain key there would be taken from text fields
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
