import type { ReactNode } from 'react'

/** A titled section of the page. */
export function Section({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="flex min-w-0 flex-col gap-2">
      <h3 className="m-0 text-sm font-semibold">{title}</h3>
      {hint && <p className="m-0 text-[13px] text-muted">{hint}</p>}
      {children}
    </section>
  )
}
