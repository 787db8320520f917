import type { ReactNode } from 'react'

/** A line that says how many; quiet where there are none. */
export function Count({ count, children }: { count: number; children: ReactNode }) {
  return <li className={count > 0 ? '' : 'text-muted'}>{children}</li>
}
