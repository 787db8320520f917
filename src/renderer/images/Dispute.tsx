import { Users } from 'lucide-react'
import type { Statement } from '../../contract/schemas.ts'
import { State, sideOf } from '../../contract/state.ts'
import { texts } from '../texts/index.ts'

const t = texts.disputes

/** Who said what about a label that people disagree on; marking it settles the dispute. */
export function Dispute({ statements }: { statements: readonly Statement[] }) {
  const nameOf = ({ annotator, origin }: Statement): string => annotator ?? origin
  const stateOf = ({ state }: Statement): string => texts.states[sideOf(state)].toLocaleLowerCase()
  const details = statements.map((one) => t.detail(nameOf(one), stateOf(one), one.origin, t.when(one.decidedAt)))
  return (
    <span data-dispute title={details.join('\n')} className="flex min-w-0 items-start gap-1.5 text-[13px] text-muted">
      <Users size={13} className="mt-1 shrink-0" aria-hidden />
      <span className="flex min-w-0 flex-wrap gap-x-2">
        {statements.map((one, i) => (
          <span key={details[i]} className={one.state === State.present ? 'text-present' : 'text-absent'}>
            {t.said(nameOf(one), stateOf(one))}
          </span>
        ))}
      </span>
    </span>
  )
}
