import { type KeyboardEvent, type PointerEvent, useRef } from 'react'
import { type Panel, panelWidths, setPanelWidth, usePanelWidth } from '../state/panels.ts'
import { texts } from '../texts/index.ts'

const [keyStep, largeStep] = [16, 64]

/** The edge of a panel: drag it, or use the arrow keys, to resize the panel; a double click or Enter restores the default width. */
export function PanelEdge({ panel, label, side }: { panel: Panel; label: string; side: 'left' | 'right' }) {
  const width = usePanelWidth(panel)
  const { least, most } = panelWidths[panel]
  /** Where the drag began. */
  const from = useRef<{ x: number; width: number } | null>(null)
  /** How much wider the panel gets when its edge moves this far to the right. */
  const growth = (moved: number): number => (side === 'right' ? moved : -moved)
  const at = ({ clientX }: PointerEvent): number | null =>
    from.current && from.current.width + growth(clientX - from.current.x)

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const step = event.shiftKey ? largeStep : keyStep
    const next: Record<string, number | undefined> = {
      ArrowLeft: width - growth(step),
      ArrowRight: width + growth(step),
      Home: least,
      End: most,
      Enter: undefined,
    }
    if (!(event.key in next)) return
    event.preventDefault()
    setPanelWidth(panel, next[event.key], true)
  }

  return (
    <hr
      tabIndex={0}
      aria-orientation="vertical"
      aria-controls={`panel-${panel}`}
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={least}
      aria-valuemax={most}
      aria-valuetext={texts.panels.width(width)}
      title={texts.panels.hint}
      onKeyDown={onKeyDown}
      onDoubleClick={() => setPanelWidth(panel, undefined, true)}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        from.current = { x: event.clientX, width }
      }}
      onPointerMove={(event) => {
        const moved = at(event)
        if (moved !== null && moved !== width) setPanelWidth(panel, moved, false)
      }}
      onPointerUp={(event) => {
        const moved = at(event)
        const hasMoved = from.current !== null && from.current.x !== event.clientX
        from.current = null
        if (moved !== null && hasMoved) setPanelWidth(panel, moved, true)
      }}
      onLostPointerCapture={() => {
        from.current = null
      }}
      className={`absolute inset-y-0 z-20 m-0 h-auto w-2 cursor-col-resize touch-none border-0 bg-clip-content px-[3px] outline-none hover:bg-accent focus-visible:bg-accent active:bg-accent ${
        side === 'right' ? '-right-1' : '-left-1'
      }`}
    />
  )
}
