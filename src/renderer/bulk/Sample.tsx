import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { BulkLine, BulkSample } from '../../contract/bulk.ts'
import { client, reportOf } from '../bridge/client.ts'
import { texts } from '../texts/index.ts'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { StateIcon } from '../ui/StateIcon.tsx'
import { Thumbnail } from '../ui/Thumbnail.tsx'

const words = texts.bulk

/** Errors found here, or when the line was open before. */
export interface Corrections {
  isWrong(one: BulkSample): boolean
  toggle(one: BulkSample): void
}

/** A sample of what would be accepted for one label: the least certain and random ones. Correcting one here leaves it out. */
export function Sample({
  label,
  line: { labelId, side },
  token,
  corrections,
}: {
  label: string
  line: Pick<BulkLine, 'labelId' | 'side'>
  token: string | null
  corrections: Corrections
}) {
  const { data, error } = useQuery({
    queryKey: ['bulk-sample', labelId, side, token],
    queryFn: () => client.bulk.sample({ token: token ?? '', labelId, side }),
    enabled: token !== null,
    placeholderData: keepPreviousData,
    gcTime: 0,
  })
  if (error) return <ErrorLine error={reportOf(error)} />
  if (!data) return <p className="m-0 text-muted">{texts.common.loading}</p>
  return (
    <section aria-label={words.sample(label, side)} className="flex flex-col gap-3">
      {(['least', 'random'] as const).map((drawn) => {
        const these = data.filter((one) => one.drawn === drawn)
        if (these.length === 0) return null
        const wrong = these.filter((one) => corrections.isWrong(one)).length
        return (
          <div key={drawn} className="flex flex-col gap-1.5">
            <h3 className="m-0 text-[13px] font-medium text-muted">
              {words.drawn[drawn](these.length)} · {words.wrongOf(wrong, these.length)}
            </h3>
            <ul className="m-0 grid list-none grid-cols-4 gap-2 p-0 sm:grid-cols-6">
              {these.map((one) => (
                <SampleTile
                  key={one.imageId}
                  one={one}
                  label={label}
                  isWrong={corrections.isWrong(one)}
                  onToggle={() => corrections.toggle(one)}
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
  const sure = texts.image.probability(side === 'present' ? probability : 1 - probability)
  return (
    <li
      title={words.claim(label, side, sure)}
      className={`flex flex-col overflow-hidden rounded-lg border ${isWrong ? 'border-absent' : 'border-line'}`}
    >
      <div className="aspect-4/3 bg-stage">
        {status === 'ok' && (
          <Thumbnail
            alt={path}
            image={{ id: imageId, version }}
            className={`size-full object-contain ${isWrong ? 'opacity-50' : ''}`}
          />
        )}
      </div>
      <div className="flex items-center justify-between gap-2 p-1.5 text-[13px]">
        <span
          className={`flex items-center gap-1 whitespace-nowrap text-muted tabular-nums ${isWrong ? 'line-through' : ''}`}
        >
          <StateIcon state={side} size={12} />
          <span className="sr-only">{texts.states[side]}</span> {sure}
        </span>
        <button
          type="button"
          aria-label={words.wrongOne(path)}
          aria-pressed={isWrong}
          onClick={onToggle}
          className={`h-6 rounded border px-2 text-xs ${isWrong ? 'border-absent bg-absent-soft text-absent' : 'border-line hover:bg-sunken'}`}
        >
          {words.wrong}
        </button>
      </div>
    </li>
  )
}
