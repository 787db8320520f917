import { TriangleAlert } from 'lucide-react'
import type { ErrorReport } from '../../contract/schemas.ts'

/** An error in one sentence, with a way out. */
export function ErrorLine({ error }: { error: Pick<ErrorReport, 'message' | 'hint'> }) {
  return (
    <div role="alert" className="flex gap-2 rounded-md bg-absent-soft px-3 py-2 text-absent">
      <TriangleAlert size={16} className="mt-0.5 shrink-0" aria-hidden />
      <p className="m-0 min-w-0 wrap-anywhere">
        {error.message} {error.hint && <span className="block">{error.hint}</span>}
      </p>
    </div>
  )
}
