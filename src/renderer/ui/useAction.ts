import { useEffect, useRef, useState } from 'react'
import type { ErrorReport } from '../../contract/schemas.ts'
import { reportOf } from '../bridge/client.ts'

/** Something a person asked for that takes a moment and can fail. */
export function useAction() {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ErrorReport | null>(null)
  const abort = useRef<AbortController>(null)
  useEffect(() => () => abort.current?.abort(), [])
  /** @param work its signal is aborted when what asked for it is closed: whatever takes it is given up then */
  const run = async (work: (signal: AbortSignal) => Promise<void>): Promise<void> => {
    abort.current = new AbortController()
    setBusy(true)
    setError(null)
    try {
      await work(abort.current.signal)
    } catch (cause) {
      const report = reportOf(cause)
      // Whoever stopped it knows.
      if (report.code !== 'cancelled') setError(report)
    } finally {
      setBusy(false)
    }
  }
  return { busy, error, setError, run }
}
