import { useState } from 'react'
import { client } from '../bridge/client.ts'

/**
 * What people chose and where they were, kept by the program: a browser would keep it for one address only, and the port may differ
 * next time.
 */
const known = new Map<string, unknown>()
/** What couldn't be saved yet. */
const unkept = new Set<string>()

/** To be called before anything remembered is shown. @throws what the call throws */
export async function loadRemembered(): Promise<void> {
  const kept = await client.app.remembered()
  for (const key of unkept) remember(key, known.get(key))
  for (const [key, value] of Object.entries(kept)) if (!unkept.has(key)) known.set(key, value)
}

export function remembered<T>(key: string, otherwise: T): T {
  return known.has(key) ? (known.get(key) as T) : otherwise
}

export function remember(key: string, value: unknown): void {
  known.set(key, value)
  unkept.add(key)
  client.app.remember({ key, value: JSON.parse(JSON.stringify(value)) }).then(
    () => unkept.delete(key),
    // Saved once the connection is back; otherwise it lasts until the window closes.
    () => undefined,
  )
}

/** Like `useState`, but remembered. */
export function useRemembered<T>(key: string, otherwise: T): [T, (value: T) => void] {
  const [value, setValue] = useState(() => remembered(key, otherwise))
  const choose = (next: T): void => {
    setValue(next)
    remember(key, next)
  }
  return [value, choose]
}
