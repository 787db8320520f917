import { Check, Minus, X } from 'lucide-react'
import { memo, useEffect, useRef } from 'react'
import type { Suggestion } from '../../contract/schemas.ts'
import { type Known, State, sideOf } from '../../contract/state.ts'
import { keyName } from '../actions/registry.ts'
import { Mistake } from '../mistakes/Mistake.tsx'
import { accept, mark, reject } from '../state/marks.ts'
import { ui } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Kbd } from '../ui/Kbd.tsx'
import { leaveFocus } from '../ui/keepFocus.ts'
import { Name } from '../ui/Name.tsx'
import { Dot, StateIcon } from '../ui/StateIcon.tsx'
import { Dispute } from './Dispute.tsx'
import type { LabelEntry } from './groups.ts'

interface LabelRowProps {
  imageId: number
  entry: LabelEntry
  shortcut: string | undefined
  isFocused: boolean
  /** Whether its reasons are shown. */
  isExplained: boolean
  /** The suggestion comes from the label's name alone, so it has no probability to show. */
  isByName: boolean
}

/** One label of the open image, with its buttons. */
export const LabelRow = memo(function LabelRow({
  imageId,
  entry: { label, state, suggestion, mistake, dispute },
  shortcut,
  isFocused,
  isExplained,
  isByName,
}: LabelRowProps) {
  const row = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (isFocused) row.current?.scrollIntoView({ block: 'nearest' })
  }, [isFocused])

  const shown = state ? sideOf(state.state) : suggestion?.likely ? 'suggested' : 'unknown'
  const stateName = { ...texts.states, suggested: suggestion ? texts.states[suggestion.suggestion] : '' }[shown]
  const set = (wanted: Known) => mark(imageId, label.id, state?.state === wanted ? State.unknown : wanted)
  const pair = [{ imageId, labelId: label.id }]

  return (
    // The arrow keys do the same: a click only focuses the label.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    <li
      ref={row}
      data-label={label.name}
      data-state={shown}
      aria-current={isFocused || undefined}
      onClick={() => ui.set({ focusedLabel: label.id })}
      className={`group flex min-h-9 items-center gap-2 border-l-2 py-0.5 pr-2 pl-2.5 ${
        isFocused ? 'border-accent bg-accent-soft' : 'border-transparent hover:bg-canvas'
      }`}
    >
      <StateIcon state={shown} />
      <span className="sr-only">{stateName}</span>
      <Dot colour={label.colour} />
      <span
        className={`flex min-w-0 flex-1 ${dispute && !state ? 'flex-col' : 'gap-1'}`}
        title={label.description ? `${label.name}\n${label.description}` : label.name}
      >
        <Name>{label.name}</Name>
        {shown === 'suggested' && <span className="shrink-0 text-suggested"> {stateName.toLocaleLowerCase()}?</span>}
        {dispute && !state && <Dispute statements={dispute} />}
      </span>
      {suggestion && (!isByName || shown === 'suggested') && (
        <button
          type="button"
          aria-pressed={isExplained}
          title={texts.why.action}
          onClick={(event) => {
            event.stopPropagation()
            ui.set({ focusedLabel: label.id, why: !isExplained })
          }}
          className={`rounded px-1 text-[13px] tabular-nums underline decoration-dotted underline-offset-4 hover:bg-sunken ${
            suggestion.likely ? 'text-suggested' : 'text-muted'
          }`}
        >
          {isByName ? texts.names.badge : texts.image.probability(sureness(suggestion, shown === 'suggested'))}
          <span className="sr-only"> {texts.why.ask}</span>
        </button>
      )}
      {mistake ? (
        <Mistake imageId={imageId} name={label.name} mistake={mistake} />
      ) : suggestion?.likely ? (
        <span className="flex">
          <Choice
            label={texts.image.accept(label.name, stateName.toLocaleLowerCase())}
            colour="text-present hover:bg-present-soft"
            onClick={() => accept(pair)}
          >
            <Check size={16} strokeWidth={2.5} aria-hidden />
          </Choice>
          <Choice
            label={texts.image.reject(label.name, stateName.toLocaleLowerCase())}
            colour="text-absent hover:bg-absent-soft"
            onClick={() => reject(pair)}
          >
            <X size={16} strokeWidth={2.5} aria-hidden />
          </Choice>
        </span>
      ) : (
        <span className="flex">
          <Choice
            label={state?.state === State.present ? texts.image.clear(label.name) : texts.image.setPresent(label.name)}
            isOn={state?.state === State.present}
            colour={
              state?.state === State.present
                ? 'bg-present-soft text-present'
                : 'text-muted hover:bg-present-soft hover:text-present'
            }
            onClick={() => set(State.present)}
          >
            <Check size={16} strokeWidth={2.5} aria-hidden />
          </Choice>
          <Choice
            label={state?.state === State.absent ? texts.image.clear(label.name) : texts.image.setAbsent(label.name)}
            isOn={state?.state === State.absent}
            colour={
              state?.state === State.absent
                ? 'bg-absent-soft text-absent'
                : 'text-muted hover:bg-absent-soft hover:text-absent'
            }
            onClick={() => set(State.absent)}
          >
            <Minus size={16} strokeWidth={2.5} aria-hidden />
          </Choice>
        </span>
      )}
      <span className="flex w-5 justify-center">{shortcut && <Kbd keys={keyName(shortcut)} />}</span>
    </li>
  )
}, isSame)

/** A mark changes one label and the suggestions for some others: of a thousand rows, only those are rendered again. */
function isSame({ entry: before, ...was }: LabelRowProps, { entry, ...is }: LabelRowProps): boolean {
  return (
    was.imageId === is.imageId &&
    was.shortcut === is.shortcut &&
    was.isFocused === is.isFocused &&
    was.isExplained === is.isExplained &&
    was.isByName === is.isByName &&
    before.label === entry.label &&
    before.state === entry.state &&
    before.suggestion === entry.suggestion &&
    before.mistake === entry.mistake &&
    before.dispute === entry.dispute
  )
}

/** The probability of the suggestion; without one, of present. */
function sureness({ probability, suggestion }: Suggestion, asSuggested: boolean): number {
  return asSuggested && suggestion === 'absent' ? 1 - probability : probability
}

function Choice({
  label,
  colour,
  isOn,
  onClick,
  children,
}: {
  label: string
  colour: string
  isOn?: boolean
  onClick: () => void
  children: React.ReactNode
}) {
  return (
    <button
      type="button"
      aria-label={label}
      aria-pressed={isOn}
      title={label}
      onClick={(event) => {
        event.stopPropagation()
        onClick()
        // Focus stays with the image instead of moving to the clicked button.
        if (event.detail > 0) leaveFocus(event.currentTarget)
      }}
      className={`inline-flex size-7 items-center justify-center rounded-md ${colour}`}
    >
      {children}
    </button>
  )
}
