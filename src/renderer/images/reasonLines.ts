import type { Reasons } from '../../contract/schemas.ts'
import { State } from '../../contract/state.ts'
import { texts } from '../texts/index.ts'

export interface ReasonLine {
  text: string
  /** Its share in log odds; above 0 speaks for present. */
  logOdds: number
}

/** Smaller shares are summed up, and so are the known labels after the first `knownTold`. */
const worthTelling = 0.05
const knownTold = 4

const isWorthTelling = ({ logOdds }: ReasonLine): boolean => Math.abs(logOdds) >= worthTelling

/** The reasons as people read them: the image itself, similar images, its other labels. Their shares add up to the total. */
export function reasonLines(reasons: Reasons, nameOf: (labelId: number) => string): ReasonLine[] {
  const { model, cross, intra, logOdds } = reasons
  const looks = model.reduce((sum, one) => sum + one.logOdds, 0)
  const lines: ReasonLine[] = [{ text: texts.why.looks(looks >= 0), logOdds: looks }]
  const heard = cross.nearest ?? []
  const present = heard.filter(({ state }) => state === State.present).length
  const similar = heard.length > 0 ? texts.why.nearest(present, heard.length) : texts.why.similar
  const nearest = { text: similar, logOdds: cross.logOdds }
  // The similar images are shown below, so their line is always there, whatever its share.
  if (heard.length > 0 || isWorthTelling(nearest)) lines.push(nearest)
  const others = [
    ...intra.known.slice(0, knownTold).map(({ labelId, state, logOdds: share }) => ({
      text: texts.why.known(nameOf(labelId), state === State.present),
      logOdds: share,
    })),
    { text: texts.why.seen, logOdds: intra.seen },
  ]
  lines.push(...others.filter(isWorthTelling))
  const rest = logOdds - lines.reduce((sum, line) => sum + line.logOdds, 0)
  return [...lines, { text: texts.why.rest, logOdds: rest }]
}
