/** What can have a key, as far as its keys go. */
export interface Keyed {
  id: string
  title: string
  keys: readonly string[]
  group: string
}

/** Keys that a browser, the window or a screen reader needs, and would not give away. */
const taken: ReadonlySet<string> = new Set([
  ...['mod+w', 'mod+t', 'mod+n', 'mod+q', 'mod+r', 'mod+shift+t', 'mod+shift+n', 'mod+shift+w', 'mod+l', 'mod+p'],
  ...['mod+c', 'mod+v', 'mod+x', 'mod+Tab', 'Tab', 'shift+Tab', 'F5', 'F11', 'F12', 'alt+F4'],
])

/** Keys of Shift and the like alone are half a key. */
export const isWhole = (key: string): boolean =>
  !/(^|\+)(Shift|Control|Alt|AltGraph|Meta|CapsLock|Dead|Process|Unidentified)$/.test(key)

export type Clash = { kind: 'taken' } | { kind: 'action'; other: Keyed } | { kind: 'label'; name: string }

/**
 * Why an action can't have a key. Two actions may share one where they are never at hand together: in the grid and in an image,
 * say.
 * @param labels those that a person gave a key
 */
export function clashOf(
  action: Keyed,
  key: string,
  actions: readonly Keyed[],
  labels: readonly { name: string; key: string | null }[],
): Clash | null {
  if (taken.has(key)) return { kind: 'taken' }
  const meet = (other: Keyed): boolean =>
    other.group === action.group || other.group === 'Everywhere' || action.group === 'Everywhere'
  const other = actions.find((one) => one.id !== action.id && one.keys.includes(key) && meet(one))
  if (other) return { kind: 'action', other }
  const plain = key.replace(/^shift\+/, '')
  const label = labels.find((one) => one.key?.toLowerCase() === plain)
  // Where one label is gone through, and on the model page, the keys of labels do nothing.
  if (label && action.group !== 'LabelByLabel' && action.group !== 'Model') return { kind: 'label', name: label.name }
  return null
}

/** With a key for an action in the place of its own; taken from `from`, which keeps its others. */
export function withKey(
  keyMap: Readonly<Record<string, readonly string[]>>,
  action: Keyed,
  key: string,
  from?: Keyed,
): Record<string, string[]> {
  const next = Object.fromEntries(Object.entries(keyMap).map(([id, keys]) => [id, [...keys]]))
  if (from) next[from.id] = from.keys.filter((one) => one !== key)
  next[action.id] = [key]
  return next
}
