import { useState } from 'react'
import type { BulkSample } from '../../preload/bulkSchemas.ts'
import { mark } from '../state/marks.ts'
import { useLabels } from '../state/queries.ts'
import { texts } from '../texts.ts'
import { Name } from '../ui/Name.tsx'
import { StateIcon } from '../ui/StateIcon.tsx'
import { Thumbnail } from '../ui/Thumbnail.tsx'

const words = texts.together
const keyOf = ({ imageId, labelId }: BulkSample): string => `${imageId} ${labelId}`

/** Some of what would be accepted, the least sure and random ones: what is wrong is corrected here, and so left out. */
export function Sample({ sample }: { sample: readonly BulkSample[] }) {
  const labels = new Map(useLabels().map(({ id, name }) => [id, name]))
  const [wrong, setWrong] = useState<ReadonlySet<string>>(new Set())
  const toggle = (one: BulkSample): void => {
    const next = new Set(wrong)
    const isWrong = !next.delete(keyOf(one))
    if (isWrong) next.add(keyOf(one))
    setWrong(next)
    mark(one.imageId, one.labelId, isWrong ? (one.side === 'present' ? -1 : 1) : 0)
  }
  return (
    <section aria-label={words.sample} className="flex flex-col gap-3">
      {(['least', 'random'] as const).map((drawn) => {
        const these = sample.filter((one) => one.drawn === drawn)
        if (these.length === 0) return null
        return (
          <div key={drawn} className="flex flex-col gap-1.5">
            <h3 className="m-0 text-[13px] font-medium text-muted">
              {words.drawn[drawn]} · {words.wrongOf(these.filter((one) => wrong.has(keyOf(one))).length, these.length)}
            </h3>
            <ul className="m-0 grid list-none grid-cols-4 gap-2 p-0 sm:grid-cols-6">
              {these.map((one) => (
                <SampleTile
                  key={keyOf(one)}
                  one={one}
                  label={labels.get(one.labelId) ?? ''}
                  isWrong={wrong.has(keyOf(one))}
                  onToggle={() => toggle(one)}
                />
              ))}
            </ul>
          </div>
        )
      })}
    </section>
  )
}

function SampleTile({
  one,
  label,
  isWrong,
  onToggle,
}: {
  one: BulkSample
  label: string
  isWrong: boolean
  onToggle: () => void
}) {
  const { imageId, version, path, side, probability, status } = one
  const sure = side === 'present' ? probability : 1 - probability
  return (
    <li className={`flex flex-col overflow-hidden rounded-lg border ${isWrong ? 'border-absent' : 'border-line'}`}>
      <div className="aspect-4/3 bg-stage">
        {status === 'ok' && (
          <Thumbnail
            alt={path}
            image={{ id: imageId, version }}
            className={`size-full object-contain ${isWrong ? 'opacity-50' : ''}`}
          />
        )}
      </div>
      <div className="flex flex-col gap-1 p-1.5 text-[13px]">
        <span className="flex min-w-0 items-center gap-1" title={words.claim(label, side, sure)}>
          <StateIcon state={side} size={12} />
          <Name className={isWrong ? 'line-through' : ''}>{label}</Name>
          <span className="sr-only">{texts.states[side]}</span>
          <span className="ml-auto shrink-0 text-muted tabular-nums">{texts.image.probability(sure)}</span>
        </span>
        <button
          type="button"
          aria-pressed={isWrong}
          onClick={onToggle}
          className={`h-6 rounded border text-xs ${isWrong ? 'border-absent bg-absent-soft text-absent' : 'border-line hover:bg-sunken'}`}
        >
          {words.wrong}
        </button>
      </div>
    </li>
  )
}
