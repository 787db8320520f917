/**
 * A name that people gave, on one line, in whatever script: it runs its own way, and where there is no room for it its end is
 * cut off, never its beginning.
 */
export function Name({ children, title, className = '' }: { children: string; title?: string; className?: string }) {
  return (
    <bdi title={title} className={`block min-w-0 truncate text-left ${className}`}>
      {children}
    </bdi>
  )
}
