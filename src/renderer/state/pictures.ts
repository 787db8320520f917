import { create } from 'zustand'
import type { ImageRow } from '../../contract/schemas.ts'

/**
 * Images that couldn't be loaded although the last scan found nothing wrong: the file has been deleted since, say, or its drive is
 * gone. Nobody can judge what they can't see.
 */
export const usePictures = create<{ failed: ReadonlySet<number> }>(() => ({ failed: new Set() }))

export function pictureFailed(id: number): void {
  usePictures.setState(({ failed }) => ({ failed: new Set(failed).add(id) }))
}

/** Tries again to load one image, or all of them. */
export function tryPicturesAgain(id?: number): void {
  const { failed } = usePictures.getState()
  if (id === undefined ? failed.size > 0 : failed.has(id)) {
    usePictures.setState({ failed: new Set([...failed].filter((one) => id !== undefined && one !== id)) })
  }
}

export const canBeSeen = ({ id, status }: Pick<ImageRow, 'id' | 'status'>): boolean =>
  status === 'ok' && !usePictures.getState().failed.has(id)
