import type { KeyboardEventHandler, ReactNode } from 'react'

/** What scrolls by itself: the keyboard reaches it, and a screen reader knows what it is. */
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
      // biome-ignore lint/a11y/noNoninteractiveTabindex: without it the keyboard could not scroll
      tabIndex={0}
      aria-label={label}
      onKeyDown={onKeyDown}
      className={`overflow-auto ${className}`}
    >
      {children}
    </section>
  )
}
