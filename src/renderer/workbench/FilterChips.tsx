import { X } from 'lucide-react'
import { useRef } from 'react'
import { setFilter } from '../state/filters.ts'
import { useLabels } from '../state/queries.ts'
import { useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { chipsOf } from './chips.ts'

/** The active filters, each removed by a click; nothing while the list shows everything. */
export function FilterChips() {
  const filter = useUi((state) => state.filter)
  const labels = useLabels()
  const list = useRef<HTMLUListElement>(null)
  const chips = chipsOf(filter, labels)
  if (chips.length === 0) return null
  const remove = (place: number): void => {
    setFilter(chips[place].without)
    // Focus moves to the next chip.
    requestAnimationFrame(() => {
      const buttons = list.current?.querySelectorAll('button') ?? []
      buttons[Math.min(place, buttons.length - 1)]?.focus()
    })
  }
  return (
    <ul ref={list} aria-label={texts.filters.active} className="m-0 flex list-none flex-wrap items-center gap-1.5 p-0">
      {chips.map(({ key, text }, place) => (
        <li key={key}>
          <button
            type="button"
            aria-label={texts.filters.without(text)}
            title={texts.filters.without(text)}
            onClick={() => remove(place)}
            className="inline-flex h-6 max-w-72 items-center gap-1 rounded-full bg-accent-soft pr-1.5 pl-2.5 text-[13px] hover:brightness-95"
          >
            <span className="truncate">{text}</span>
            <X size={12} className="shrink-0 text-muted" aria-hidden />
          </button>
        </li>
      ))}
      <li>
        <button
          type="button"
          onClick={() => setFilter({})}
          className="h-6 rounded-full px-2 text-[13px] text-muted hover:bg-sunken hover:text-text"
        >
          {texts.filters.clearAll}
        </button>
      </li>
    </ul>
  )
}
