import { useState } from 'react'
import { useAction } from './useAction.ts'

/**
 * Writes to a chosen place. What is already there is replaced only after a confirmation for that very place.
 * @param path the current content of the field
 */
export function useWriting(path: string) {
  const { busy, error, run } = useAction()
  const [tried, setTried] = useState('')
  return {
    busy,
    error,
    /** Whether the target already exists, and may be replaced. */
    asks: error?.code === 'target-exists' && tried === path,
    write: (work: () => Promise<void>): void => {
      setTried(path)
      void run(work)
    },
  }
}
