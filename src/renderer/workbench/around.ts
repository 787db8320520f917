import type { Range } from '@tanstack/react-virtual'
import { type RefObject, useCallback, useEffect, useState } from 'react'

interface Rows {
  first: number
  last: number
}

/** The rows in view when all their pictures had last loaded, and the scroll direction. */
interface Ready extends Rows {
  way: 'down' | 'up'
}

/** Rows rendered ahead in the scroll direction, and behind. */
const [ahead, behind] = [6, 2]

/** After this time a picture that hasn't loaded no longer holds anything up. Milliseconds. */
const patience = 400

/** @returns the rows to render */
export function rowsFor(
  { startIndex, endIndex, count }: Omit<Range, 'overscan'>,
  { first, last, way }: Ready,
): number[] {
  const [above, below] = way === 'down' ? [behind, ahead] : [ahead, behind]
  const isNear = startIndex <= last + below && endIndex >= first - above
  const from = isNear ? Math.max(0, startIndex - above) : startIndex
  const to = isNear ? Math.min(count - 1, endIndex + below) : endIndex
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i)
}

/**
 * After a jump, the rows around those in view are rendered only once the pictures in view have loaded. Earlier, they would compete
 * with what the user is waiting for.
 */
export function useReadyRows() {
  const [ready, setReady] = useState<Ready>({ first: 0, last: -1, way: 'down' })
  const extract = useCallback((range: Range) => rowsFor(range, ready), [ready])
  const shown = useCallback(({ first, last }: Rows): void => {
    setReady((before) => {
      if (before.first === first && before.last === last) return before
      return { first, last, way: first < before.first ? 'up' : 'down' }
    })
  }, [])
  return { extract, shown }
}

/** Whether a tile shows all it can: if its file is broken, it has no picture. */
function isComplete(tile: Element): boolean {
  const picture = tile.querySelector('img')
  return tile.hasAttribute('data-path') && (picture === null || (picture.hasAttribute('src') && picture.complete))
}

/** Reports when the pictures of all tiles in view have loaded, or have taken too long. */
export function useWhenShown(
  frame: RefObject<HTMLElement | null>,
  first: number,
  last: number,
  shown: (rows: Rows) => void,
): void {
  useEffect(() => {
    const element = frame.current
    if (!element) return
    const tell = (): void => shown({ first, last })
    const look = (): void => {
      const tiles = [...element.querySelectorAll('[data-in-sight]')]
      if (tiles.length > 0 && tiles.every(isComplete)) tell()
    }
    look()
    const timer = setTimeout(tell, patience)
    // It does not bubble.
    element.addEventListener('load', look, true)
    return () => {
      clearTimeout(timer)
      element.removeEventListener('load', look, true)
    }
  }, [frame, first, last, shown])
}
