import { keyNames, modifierNames } from '../texts/actions.ts'

/** A key as the registry writes it: `mod+shift+z`. `mod` is Ctrl, or ⌘ on a Mac; letters are lower case, digits from the digit row. */
export function keyOf(event: KeyboardEvent): string {
  // By position: with Shift, the digit row types other characters.
  const digit = /^Digit(\d)$/.exec(event.code)?.[1]
  const key = digit ?? (event.key.length === 1 ? event.key.toLowerCase() : event.key)
  const isPlain = /^[\p{L}\d]$/u.test(key) || key.length > 1 || key === ' '
  const parts = [
    event.ctrlKey || event.metaKey ? 'mod' : '',
    event.altKey ? 'alt' : '',
    // Otherwise Shift is just part of typing the character (? / +).
    event.shiftKey && isPlain ? 'shift' : '',
  ]
  return [...parts.filter(Boolean), key].join('+')
}

export const isMac = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform)

/** The key as shown to people. */
export function keyName(key: string): string {
  return key
    .split(/\+(?=.)/)
    .map((part) => {
      if (part === 'mod') return isMac ? '⌘' : modifierNames.mod
      if (part === 'shift') return isMac ? '⇧' : modifierNames.shift
      if (part === 'alt') return isMac ? '⌥' : modifierNames.alt
      return keyNames[part] ?? part.toUpperCase()
    })
    .join(isMac ? '' : ' ')
}

/** In this order: the easiest keys to reach come first. */
const pool = '1234567890qwertyuiopsdghjklzcvbnm'

/**
 * The shortcut of each label: its own, unless the application needs it; otherwise the next free one. A label without one can be found
 * by name.
 */
export function assignKeys(
  labels: readonly { id: number; key: string | null }[],
  reserved: ReadonlySet<string>,
): Map<number, string> {
  const keys = new Map<number, string>()
  const taken = new Set(reserved)
  for (const { id, key } of labels) {
    const own = key?.toLowerCase()
    if (!own || taken.has(own)) continue
    keys.set(id, own)
    taken.add(own)
  }
  const free = [...pool].filter((key) => !taken.has(key))
  for (const { id } of labels) {
    if (keys.has(id)) continue
    const key = free.shift()
    if (!key) break
    keys.set(id, key)
  }
  return keys
}
