import { Check, TriangleAlert, X } from 'lucide-react'
import type { Suggestion } from '../../contract/schemas.ts'
import { settleMistake } from '../state/marks.ts'
import { texts } from '../texts/index.ts'
import { IconButton } from '../ui/Button.tsx'

/** The model's contradiction of a known label, with buttons to correct the mark or keep it. */
export function Mistake({ imageId, name, mistake }: { imageId: number; name: string; mistake: Suggestion }) {
  const { suggestion, probability } = mistake
  const stateOf = (state: Suggestion['suggestion']): string => texts.states[state].toLocaleLowerCase()
  const said = stateOf(suggestion)
  const known = stateOf(suggestion === 'present' ? 'absent' : 'present')
  const sure = texts.image.probability(suggestion === 'present' ? probability : 1 - probability)
  const decide = (take: boolean) => (event: React.MouseEvent) => {
    event.stopPropagation()
    settleMistake(imageId, mistake, take)
  }
  return (
    <span data-mistake={suggestion} className="flex items-center">
      <span
        title={texts.mistakes.says(said, sure)}
        className="flex items-center gap-1 pr-1.5 text-[13px] text-suggested"
      >
        <TriangleAlert size={13} aria-hidden />
        <span className="tabular-nums">{texts.mistakes.ask(said, sure)}</span>
      </span>
      <IconButton
        label={texts.mistakes.take(name, said)}
        className="size-7 text-present hover:bg-present-soft"
        onClick={decide(true)}
      >
        <Check size={16} strokeWidth={2.5} aria-hidden />
      </IconButton>
      <IconButton
        label={texts.mistakes.keep(name, known)}
        className="size-7 text-absent hover:bg-absent-soft"
        onClick={decide(false)}
      >
        <X size={16} strokeWidth={2.5} aria-hidden />
      </IconButton>
    </span>
  )
}
