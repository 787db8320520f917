import type { KeyboardEventHandler, ReactNode } from 'react'

/** A region that scrolls on its own: focusable, and named for screen readers. */
export function ScrollRegion({
  label,
  className = '',
  onKeyDown,
  children,
}: {
  label: string
  className?: string
  onKeyDown?: KeyboardEventHandler
  children: ReactNode
}) {
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, the region couldn’t be scrolled by keyboard
      tabIndex={0}
      aria-label={label}
      onKeyDown={onKeyDown}
      className={`overflow-auto ${className}`}
    >
      {children}
    </section>
  )
}
