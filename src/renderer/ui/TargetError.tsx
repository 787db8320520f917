import { TriangleAlert } from 'lucide-react'
import type { ErrorReport } from '../../contract/schemas.ts'
import { texts } from '../texts/index.ts'
import { Button } from './Button.tsx'
import { ErrorLine } from './ErrorLine.tsx'

/** Why nothing was written. If the target already exists, it asks whether to replace it. */
export function TargetError({
  error,
  asks,
  busy,
  onReplace,
}: {
  error: ErrorReport
  asks: boolean
  busy: boolean
  onReplace: () => void
}) {
  if (!asks) return <ErrorLine error={error} />
  return (
    <div role="alert" className="flex items-start gap-3 rounded-md bg-suggested-soft px-3 py-2 text-suggested">
      <TriangleAlert size={16} className="mt-0.5 shrink-0" aria-hidden />
      <p className="m-0 min-w-0 flex-1 wrap-anywhere">
        {error.message}
        <span className="block">{texts.exchange.replaceQuestion}</span>
      </p>
      <Button kind="danger" disabled={busy} onClick={onReplace}>
        {texts.exchange.replace}
      </Button>
    </div>
  )
}
