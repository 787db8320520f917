import { useState } from 'react'
import { useAction } from './useAction.ts'

/**
 * Writes to a place of somebody’s choice, where nothing is yet: what is there is replaced only when that is asked for, of the place
 * that the question was about.
 * @param path as it stands in the field now
 */
export function useWriting(path: string) {
  const { busy, error, run } = useAction()
  const [tried, setTried] = useState('')
  return {
    busy,
    error,
    /** Whether something is there already, and may be replaced. */
    asks: error?.code === 'target-exists' && tried === path,
    write: (work: () => Promise<void>): void => {
      setTried(path)
      void run(work)
    },
  }
}
