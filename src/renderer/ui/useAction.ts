import { useState } from 'react'
import type { ErrorReport } from '../../preload/schemas.ts'
import { reportOf } from '../bridge/client.ts'

/** Something a person asked for that takes a moment and can fail. */
export function useAction() {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ErrorReport | null>(null)
  const run = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true)
    setError(null)
    try {
      await work()
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
