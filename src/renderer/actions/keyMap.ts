/** The part of an action that concerns its shortcuts. */
export interface Keyed {
  id: string
  title: string
  keys: readonly string[]
  group: string
}

/** Keys that browsers, windows or screen readers reserve. */
const taken: ReadonlySet<string> = new Set([
  ...['mod+w', 'mod+t', 'mod+n', 'mod+q', 'mod+r', 'mod+shift+t', 'mod+shift+n', 'mod+shift+w', 'mod+l', 'mod+p'],
  ...['mod+c', 'mod+v', 'mod+x', 'mod+Tab', 'Tab', 'shift+Tab', 'F5', 'F11', 'F12', 'alt+F4'],
])

/** Modifier keys by themselves are no shortcut. */
export const isWhole = (key: string): boolean =>
  !/(^|\+)(Shift|Control|Alt|AltGraph|Meta|CapsLock|Dead|Process|Unidentified)$/.test(key)

export type Clash = { kind: 'taken' } | { kind: 'action'; other: Keyed } | { kind: 'label'; name: string }

/**
 * Why an action can't have a shortcut. Two actions may share one if they are never available together: in the grid and in an image,
 * for instance.
 * @param labels the labels with a shortcut of their own
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
  // In label by label and on the model page, label shortcuts do nothing.
  if (label && action.group !== 'LabelByLabel' && action.group !== 'Model') return { kind: 'label', name: label.name }
  return null
}

/** Replaces an action's shortcut, taking it from `from`, which keeps its others. */
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
