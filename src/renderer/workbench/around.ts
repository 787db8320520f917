import type { Range } from '@tanstack/react-virtual'
import { type RefObject, useCallback, useEffect, useState } from 'react'

interface Rows {
  first: number
  last: number
}

/** The rows in sight when all of their pictures were last there, and which way somebody goes. */
interface Ready extends Rows {
  way: 'down' | 'up'
}

/** Rows that are made ready of the way somebody goes, and of the way they came. */
const [ahead, behind] = [6, 2]

/** After this a picture that does not come holds up nothing any more. Milliseconds. */
const patience = 400

/** @returns the rows that exist */
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
 * After a jump the rows around those in sight are made ready once the pictures in sight are here: before, they would take the
 * processor and the line from what somebody waits for.
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

/** Whether a tile shows what there is to show; without a picture if its file is broken. */
function isComplete(tile: Element): boolean {
  const picture = tile.querySelector('img')
  return tile.hasAttribute('data-path') && (picture === null || (picture.hasAttribute('src') && picture.complete))
}

/** Says when the pictures of all tiles in sight have come, or have not come for long. */
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
