import { Check, CircleDashed, Minus, Sparkle } from 'lucide-react'

const icons = { present: Check, absent: Minus, unknown: CircleDashed, suggested: Sparkle }
const colours = { present: 'text-present', absent: 'text-absent', unknown: 'text-muted', suggested: 'text-suggested' }

export type ShownState = keyof typeof icons

/** Present, absent, unknown and suggested differ in shape, not in colour alone. */
export function StateIcon({ state, size = 14 }: { state: ShownState; size?: number }) {
  const Icon = icons[state]
  return <Icon size={size} strokeWidth={2.5} className={`shrink-0 ${colours[state]}`} aria-hidden />
}

/** The colour of a label, as a dot. Never the only sign, since many people can't tell colours apart. */
export function Dot({ colour }: { colour: string }) {
  return <span aria-hidden className="size-2 shrink-0 rounded-full" style={{ backgroundColor: colour }} />
}
