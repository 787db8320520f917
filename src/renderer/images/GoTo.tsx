import { useState } from 'react'
import { openImage, ui } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { leaveFocus } from '../ui/keepFocus.ts'

/** The image's number and the total; typing a number goes to that image. */
export function GoTo({ index, ids }: { index: number; ids: Int32Array }) {
  const [typed, setTyped] = useState<string | null>(null)
  const go = (): void => {
    const place = Number(typed) - 1
    setTyped(null)
    if (typed === null || !Number.isInteger(place) || ids.length === 0) return
    const cursor = Math.max(0, Math.min(ids.length - 1, place))
    openImage(ids[cursor])
    ui.set({ cursor })
  }
  return (
    <span className="flex items-center gap-1 px-2 text-muted tabular-nums">
      <input
        id="go-to"
        inputMode="numeric"
        aria-label={texts.image.goTo(ids.length)}
        value={typed ?? String(index + 1)}
        style={{ width: `${String(ids.length).length + 1.5}ch` }}
        className="h-7 rounded-md border border-transparent bg-transparent px-1 text-right text-muted hover:border-line focus:border-line focus:bg-surface focus:text-text"
        onFocus={({ target }) => target.select()}
        onChange={({ target }) => setTyped(target.value.replace(/\D/g, ''))}
        onBlur={() => setTyped(null)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          go()
          leaveFocus(event.currentTarget)
        }}
      />
      / {ids.length.toLocaleString()}
    </span>
  )
}
