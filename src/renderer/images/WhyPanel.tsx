import { X } from 'lucide-react'
import type { Label, Reasons } from '../../contract/schemas.ts'
import { sideOf } from '../../contract/state.ts'
import { action } from '../actions/registry.ts'
import { reportOf } from '../bridge/client.ts'
import { useFromNames } from '../state/queries.ts'
import { openImage } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { IconButton } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { StateIcon } from '../ui/StateIcon.tsx'
import { Thumbnail } from '../ui/Thumbnail.tsx'
import { reasonLines } from './reasonLines.ts'
import type { Why } from './useOpenLabels.ts'

const nearestShown = 6

/** Why a label is suggested: the reasons for and against it, and the most similar images. */
export function WhyPanel({ why, labels }: { why: Why; labels: readonly Label[] }) {
  const { suggestion, reasons, error } = why
  const nameOf = (labelId: number): string => labels.find(({ id }) => id === labelId)?.name ?? ''
  const { probability, suggestion: suggested } = suggestion
  const isByName = useFromNames()
  const sure = isByName
    ? texts.names.byName
    : texts.image.probability(suggested === 'present' ? probability : 1 - probability)
  const title = texts.why.title(nameOf(suggestion.labelId), texts.states[suggested].toLocaleLowerCase(), sure)

  return (
    <section
      aria-label={title}
      aria-busy={!reasons && !error}
      className="flex max-h-[55%] shrink-0 flex-col overflow-auto border-t border-line bg-canvas px-3 pt-1 pb-3"
    >
      <header className="flex items-center gap-1">
        <h3 className="m-0 min-w-0 flex-1 truncate text-[13px] font-semibold" title={title}>
          {title}
        </h3>
        <IconButton label={texts.why.close} className="-mr-2" onClick={action('image.why').run}>
          <X size={14} aria-hidden />
        </IconButton>
      </header>
      {error ? <ErrorLine error={reportOf(error)} /> : reasons ? <Answer reasons={reasons} nameOf={nameOf} /> : null}
      {!reasons && !error && <p className="m-0 text-[13px] text-muted">{texts.why.looking}</p>}
    </section>
  )
}

function Answer({ reasons, nameOf }: { reasons: Reasons; nameOf: (labelId: number) => string }) {
  const lines = reasonLines(reasons, nameOf)
  const largest = Math.max(1, ...lines.map(({ logOdds }) => Math.abs(logOdds)))
  const nearest = reasons.cross.nearest?.slice(0, nearestShown) ?? []
  return (
    <>
      <ul className="m-0 flex list-none flex-col p-0 text-[13px]">
        {lines.map(({ text, logOdds }) => (
          <li key={text} className="flex min-h-6 items-center gap-2">
            <span className="min-w-0 flex-1 leading-4 wrap-anywhere">{text}</span>
            <Bar share={logOdds / largest} />
            <span className="w-9 shrink-0 text-right tabular-nums text-muted">{texts.why.share(logOdds)}</span>
          </li>
        ))}
      </ul>
      {nearest.length > 0 && (
        <ul aria-label={texts.why.nearestList} className="m-0 mt-1.5 flex list-none gap-1.5 p-0">
          {nearest.map((one) => {
            const state = sideOf(one.state)
            const similarity = one.similarity.toFixed(2)
            const label = texts.why.open(one.path, texts.states[state].toLocaleLowerCase(), similarity)
            return (
              <li key={one.imageId} className="min-w-0 flex-1">
                <button
                  type="button"
                  aria-label={label}
                  title={label}
                  onClick={() => openImage(one.imageId)}
                  className="relative block aspect-square w-full overflow-hidden rounded border border-line bg-stage hover:border-muted"
                >
                  <Thumbnail image={{ id: one.imageId, version: one.version }} className="size-full object-cover" />
                  <span className="absolute right-0.5 bottom-0.5 rounded bg-raised p-px">
                    <StateIcon state={state} size={11} />
                  </span>
                </button>
              </li>
            )
          })}
        </ul>
      )}
    </>
  )
}

/** To the right for present, to the left for absent. @param share -1 … 1 */
function Bar({ share }: { share: number }) {
  return (
    <span aria-hidden className="relative h-2 w-16 shrink-0">
      <span className="absolute inset-y-0 left-1/2 w-px bg-line" />
      <span
        className={`absolute inset-y-0.5 rounded-sm ${share >= 0 ? 'bg-present' : 'bg-absent'}`}
        style={share >= 0 ? { left: '50%', width: `${50 * share}%` } : { right: '50%', width: `${-50 * share}%` }}
      />
    </span>
  )
}
