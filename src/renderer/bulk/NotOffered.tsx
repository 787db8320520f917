import { ChevronRight } from 'lucide-react'
import { useEffect, useId, useRef, useState } from 'react'
import { useLabels } from '../state/queries.ts'
import { texts } from '../texts/index.ts'
import { ScrollRegion } from '../ui/ScrollRegion.tsx'
import { StateIcon } from '../ui/StateIcon.tsx'
import { lineKey, type RefusedLine } from './lines.ts'

const words = texts.bulk

/** Which labels can't be accepted in bulk, and why. */
export function NotOffered({ lines, startsOpen }: { lines: readonly RefusedLine[]; startsOpen: boolean }) {
  const names = new Map(useLabels().map(({ id, name }) => [id, name]))
  const [toggled, setToggled] = useState<boolean | null>(null)
  const listId = useId()
  const isOpen = toggled ?? startsOpen
  const list = useRef<HTMLDivElement>(null)
  // It opens below the visible part.
  useEffect(() => {
    if (toggled) list.current?.scrollIntoView({ block: 'nearest' })
  }, [toggled])
  const title = words.notOffered(lines.length)
  return (
    <section className="flex flex-col gap-1.5">
      <h3 className="m-0 font-medium">
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={isOpen ? listId : undefined}
          onClick={() => setToggled(!isOpen)}
          className="flex items-center gap-2 rounded-md py-1 pr-2 hover:bg-sunken"
        >
          <ChevronRight size={14} aria-hidden className={`text-muted ${isOpen ? 'rotate-90' : ''}`} />
          {title}
        </button>
      </h3>
      {isOpen && (
        <div ref={list} id={listId} className="flex flex-col gap-1.5 pl-6">
          <p className="m-0 text-[13px] text-muted">{words.notOfferedHint}</p>
          <ScrollRegion label={title} className="max-h-72">
            <ul className="m-0 flex list-none flex-col gap-1 p-0">
              {lines.map(({ refusal, ...line }) => (
                <li key={lineKey(line)} className="flex items-baseline gap-1.5">
                  <StateIcon state={line.side} size={12} />
                  <span className="min-w-0 wrap-anywhere">
                    <bdi className="font-medium">{names.get(line.labelId) ?? ''}</bdi>
                    <span className="sr-only">, {texts.states[line.side]}</span>
                    {': '}
                    {words.refusals[refusal.reason](refusal.known, refusal.more)}
                  </span>
                </li>
              ))}
            </ul>
          </ScrollRegion>
        </div>
      )}
    </section>
  )
}
