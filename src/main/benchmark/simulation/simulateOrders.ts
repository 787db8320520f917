import type { RandomState } from '../../base/random.ts'
import { type Side, State } from '../../domain/state.ts'
import { type AskInput, askGains } from '../../suggestions/askNext.ts'
import { auditShare, drawAudit } from '../../suggestions/audit.ts'
import { largestGains } from '../../suggestions/gains.ts'
import { confidenceOf, likelyFrom, suggestionOf } from '../../suggestions/scores.ts'

/** `ours`: by expected gain (`askGains`), with audit pairs; `uncertainty`: p nearest to ½ first. */
export type Order = 'ours' | 'random' | 'uncertainty'

/** Pairs to ask, as indices into N×C. */
export interface Asked {
  pairs: Int32Array
  /** Those among them drawn to audit the likely suggestions. */
  audit: Record<Side, Int32Array>
}

/**
 * The unknown pairs to ask next.
 * @param count how many; fewer if fewer are left
 */
export function askNext(order: Order, model: AskInput, count: number, random: RandomState): Asked {
  const unknown = Int32Array.from(model.states.keys()).filter((at) => model.states[at] === State.unknown)
  const nobody = { present: new Int32Array(0), absent: new Int32Array(0) }
  if (order === 'random') return { pairs: random.shuffle(unknown).slice(0, count), audit: nobody }
  const { probabilities } = model
  if (order === 'uncertainty') {
    const uncertainty = (at: number): number => 1 - Math.abs(probabilities[at] - 0.5)
    const sorted = unknown.sort((a, b) => uncertainty(b) - uncertainty(a) || a - b)
    return { pairs: sorted.slice(0, count), audit: nobody }
  }
  const onEachSide = Math.round((Math.min(count, unknown.length) * auditShare) / 2)
  const drawn = (side: Side): Int32Array => drawAudit(likelyOf(model, unknown, side), onEachSide, random)
  const audit = { present: drawn('present'), absent: drawn('absent') }
  const audited = new Set([...audit.present, ...audit.absent])
  const gains = askGains(model).map((gain, at) => (audited.has(at) ? Number.NaN : gain))
  const byGain = largestGains(gains, count - audited.size)
  const asked = [...audited, ...byGain]
  // Pairs without any gain come last, in their given order.
  const isAsked = new Set(asked)
  const rest = unknown.filter((at) => !isAsked.has(at)).slice(0, Math.max(0, count - asked.length))
  return { pairs: Int32Array.of(...asked, ...rest), audit }
}

/** Those of the given pairs that are likely suggestions of one side. */
function likelyOf({ probabilities }: Pick<AskInput, 'probabilities'>, places: Int32Array, side: Side): Int32Array {
  return places.filter(
    (at) => confidenceOf(probabilities[at]) >= likelyFrom && suggestionOf(probabilities[at]) === side,
  )
}
