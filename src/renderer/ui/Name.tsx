/**
 * A user-given name on one line, in any script: it keeps its own direction, and where space runs out its end is cut off, never its
 * beginning.
 */
export function Name({ children, title, className = '' }: { children: string; title?: string; className?: string }) {
  return (
    <bdi title={title} className={`block min-w-0 truncate text-left ${className}`}>
      {children}
    </bdi>
  )
}
