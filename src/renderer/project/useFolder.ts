import { useCallback, useEffect, useRef, useState } from 'react'
import type { ErrorReport, FolderListing } from '../../contract/schemas.ts'
import { client, reportOf } from '../bridge/client.ts'

/** The contents of one folder at a time; if one can't be read, the previous one stays. */
export function useFolder(start: string | null, extensions: readonly string[] | undefined) {
  const [listing, setListing] = useState<FolderListing | null>(null)
  const [error, setError] = useState<ErrorReport | null>(null)
  const latest = useRef(0)
  const wanted = useRef(extensions)

  const go = useCallback(async (folder: string | null, otherwise: 'say' | 'home' = 'say'): Promise<void> => {
    const mine = ++latest.current
    const list = (place: string | null) =>
      client.app.browse({ folder: place ?? undefined, extensions: wanted.current && [...wanted.current] })
    try {
      const found = await list(folder).catch((cause) => {
        if (otherwise === 'say') throw cause
        return list(null)
      })
      if (mine !== latest.current) return
      setListing(found)
      setError(null)
    } catch (cause) {
      if (mine === latest.current) setError(reportOf(cause))
    }
  }, [])

  // A typed path may not exist; then it starts at home.
  useEffect(() => void go(start, 'home'), [go, start])
  return { listing, error, go }
}
