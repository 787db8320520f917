import { useEffect, useRef, useState } from 'react'
import type { ErrorReport } from '../../contract/schemas.ts'
import { reportOf } from '../bridge/client.ts'

/** A user action that takes a moment and can fail. */
export function useAction() {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ErrorReport | null>(null)
  const abort = useRef<AbortController>(null)
  useEffect(() => () => abort.current?.abort(), [])
  /** @param work is given a signal that aborts when the component that started it is closed */
  const run = async (work: (signal: AbortSignal) => Promise<void>): Promise<void> => {
    abort.current = new AbortController()
    setBusy(true)
    setError(null)
    try {
      await work(abort.current.signal)
    } catch (cause) {
      const report = reportOf(cause)
      // It was cancelled on purpose: nothing to report.
      if (report.code !== 'cancelled') setError(report)
    } finally {
      setBusy(false)
    }
  }
  return { busy, error, setError, run }
}
