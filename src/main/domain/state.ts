/** What is known about a label in an image, as stored and used in computations. Unknown never turns into absent by itself. */
export const State = { present: 1, absent: -1, unknown: 0 } as const
export type State = (typeof State)[keyof typeof State]
export type StateName = keyof typeof State

/** A state that somebody has decided on. */
export type Known = typeof State.present | typeof State.absent

/** A known state by name, for suggestions and for display. */
export type Side = 'present' | 'absent'
export const sides = ['present', 'absent'] as const satisfies readonly Side[]

export const stateOf = (side: Side): Known => (side === 'present' ? State.present : State.absent)

export const sideOf = (state: Known): Side => (state === State.present ? 'present' : 'absent')

export const otherSide = (side: Side): Side => (side === 'present' ? 'absent' : 'present')

/** A known state as a target of 0 or 1. */
export const targetOf = (state: number): 0 | 1 => (state === State.present ? 1 : 0)
