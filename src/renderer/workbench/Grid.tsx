import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type MouseEvent, useCallback, useEffect, useRef, useState } from 'react'
import { ImageMenu } from '../images/ImageMenu.tsx'
import { useLabels } from '../state/queries.ts'
import { openImage, ui, useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { isFocusFree } from '../ui/keepFocus.ts'
import { useReadyRows, useWhenShown } from './around.ts'
import { gap, gridLayout, moveCursor, padding } from './grid.ts'
import { Tile } from './Tile.tsx'

/** All images of the list; only those in view exist as elements. */
export function Grid({ ids }: { ids: Int32Array }) {
  const frame = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  const tileSize = useUi((state) => state.tileSize)
  const cursor = Math.min(
    useUi((state) => state.cursor),
    ids.length - 1,
  )
  const selection = useUi((state) => state.selection)
  const filter = useUi((state) => state.filter)
  const sort = useUi((state) => state.sort)
  const labels = useLabels()
  const layout = gridLayout(width, tileSize, ids.length)
  const { extract, shown } = useReadyRows()
  const virtual = useVirtualizer({
    count: width > 0 ? layout.rows : 0,
    getScrollElement: () => frame.current,
    estimateSize: () => layout.rowHeight,
    rangeExtractor: extract,
    paddingStart: padding,
    paddingEnd: padding,
    // A row that scrolls into view brings its margins along, so the first one is at the very top.
    scrollPaddingStart: padding,
    scrollPaddingEnd: padding,
  })
  const row = Math.floor(cursor / layout.columns)
  // Without the rows that are rendered ahead.
  const { startIndex: first, endIndex: last } = virtual.range ?? { startIndex: 0, endIndex: 0 }
  useWhenShown(frame, first, last, shown)

  useEffect(() => {
    const element = frame.current
    if (!element) return
    const observer = new ResizeObserver(([{ contentRect }]) => setWidth(contentRect.width))
    observer.observe(element)
    // Never takes focus from a field: a filter that is being typed may find nothing for a moment, and then images again.
    if (isFocusFree()) element.focus({ preventScroll: true })
    return () => observer.disconnect()
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: new row heights have to be measured
  useEffect(() => virtual.measure(), [layout.rowHeight, layout.columns])
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls to the cursor when it moves or the list changes, but not when the user scrolls
  useEffect(() => {
    if (width > 0) virtual.scrollToIndex(row, { align: 'auto' })
  }, [row, width > 0, filter, sort])

  // Stable while the list is the same, so that unchanged tiles aren't rendered again.
  const choose = useCallback(
    (index: number, { range = false, toggle = false }): void => {
      const { selection: before, cursor: from } = ui.get()
      if (range) {
        const [first, last] = [Math.min(from, index), Math.max(from, index)]
        ui.set({ selection: new Set([...before, ...ids.subarray(first, last + 1)]), cursor: index })
      } else if (toggle) {
        const next = new Set(before)
        if (!next.delete(ids[index])) next.add(ids[index])
        ui.set({ selection: next, cursor: index })
      } else ui.set({ cursor: index, selection: new Set() })
    },
    [ids],
  )

  /** The menu is for the image that was pressed, or otherwise for the one under the cursor. */
  const takeUnderPointer = ({ target }: MouseEvent): void => {
    const tile = target instanceof Element ? target.closest('[role=option]') : null
    const index = tile ? ids.indexOf(Number(tile.id.slice('image-'.length))) : -1
    if (index < 0) return
    if (ui.get().selection.has(ids[index])) ui.set({ cursor: index })
    else choose(index, {})
  }

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Enter') openImage(ids[cursor])
    else if (event.key === ' ') choose(cursor, { toggle: true })
    else {
      const page = Math.max(1, Math.floor((frame.current?.clientHeight ?? 0) / layout.rowHeight))
      const next = moveCursor(cursor, event.key, layout.columns, ids.length, page)
      if (next === null) return
      if (event.shiftKey) choose(next, { range: true })
      else ui.set({ cursor: next })
    }
    event.preventDefault()
  }

  return (
    <ImageMenu entries={['grid.open']}>
      <div
        ref={frame}
        role="listbox"
        aria-label={texts.workbench.list}
        aria-multiselectable
        aria-activedescendant={ids.length > 0 && width > 0 ? `image-${ids[cursor]}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onContextMenu={takeUnderPointer}
        className="group min-h-0 flex-1 overflow-auto outline-none"
      >
        <div role="presentation" className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index: line, start }) =>
            Array.from({ length: layout.columns }, (_, column) => {
              const index = line * layout.columns + column
              if (index >= ids.length) return null
              return (
                <Tile
                  key={ids[index]}
                  id={ids[index]}
                  index={index}
                  labels={labels}
                  isCurrent={index === cursor}
                  isSelected={selection.has(ids[index])}
                  isInSight={line >= first && line <= last}
                  left={padding + column * (layout.tileWidth + gap)}
                  top={start}
                  width={layout.tileWidth}
                  height={layout.rowHeight - gap}
                  onChoose={choose}
                />
              )
            }),
          )}
        </div>
      </div>
    </ImageMenu>
  )
}
