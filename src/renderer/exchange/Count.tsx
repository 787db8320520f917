import type { ReactNode } from 'react'

/** A line with a count, greyed out at zero. */
export function Count({ count, children }: { count: number; children: ReactNode }) {
  return <li className={count > 0 ? '' : 'text-muted'}>{children}</li>
}
