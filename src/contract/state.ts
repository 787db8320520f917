import { z } from 'zod'
import { State, sides } from '../main/domain/state.ts'

export { type Known, otherSide, type Side, State, type StateName, sideOf, stateOf } from '../main/domain/state.ts'

/** The codes that the core stores and computes with. Unknown is never silently turned into absent. */
export const labelState = z.literal(Object.values(State))
export type LabelState = z.infer<typeof labelState>

/** A state that somebody has decided on. */
export const decidedState = z.literal([State.present, State.absent])

export const side = z.enum(sides)
