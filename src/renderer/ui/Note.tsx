import { Info } from 'lucide-react'

/** Something worth knowing before going on. */
export function Note({ children }: { children: string }) {
  return (
    <p role="status" className="m-0 flex gap-2 rounded-md bg-accent-soft px-3 py-2">
      <Info size={16} className="mt-0.5 shrink-0 text-accent" aria-hidden />
      <span className="min-w-0 wrap-anywhere">{children}</span>
    </p>
  )
}
