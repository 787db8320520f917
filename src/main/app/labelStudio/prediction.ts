import type { ChoicesControl } from '../../exchange/formats/labelStudio/config.ts'
import { absentChoices } from '../../exchange/formats/labelStudio/settings.ts'
import { folded } from './learning.ts'

export interface Prediction {
  model_version: string
  /** Confidence in the prediction as a whole; Label Studio can order tasks by it. */
  score: number
  result: {
    from_name: string
    to_name: string
    type: 'choices'
    value: { choices: string[] }
    score: number
  }[]
}

/** Has no `result`, so that Label Studio stores no empty prediction and asks again. */
export interface NoPrediction {
  model_version: string
  /** Why there is no prediction for this task. */
  error: string
}

/** The choices with a probability of at least 50%; only the most probable one in a single-choice control. */
export function resultOf(control: ChoicesControl, probabilities: ReadonlyMap<string, number>): Prediction['result'] {
  const isAbsent = control.name === absentChoices.usual
  const byFolded = new Map([...probabilities].map(([name, p]) => [folded(name), p]))
  const offered = control.choices.flatMap(({ value, alias }) => {
    const p =
      probabilities.get(value) ?? byFolded.get(folded(value)) ?? (alias ? byFolded.get(folded(alias)) : undefined)
    return p === undefined ? [] : [{ choice: alias ?? value, p: isAbsent ? 1 - p : p }]
  })
  const likely = offered.filter(({ p }) => p >= 0.5).sort((a, b) => b.p - a.p)
  const chosen = control.single ? likely.slice(0, 1) : likely
  if (chosen.length === 0) return []
  const score = chosen.reduce((sum, { p }) => sum + p, 0) / chosen.length
  const value = { choices: chosen.map(({ choice }) => choice) }
  return [{ from_name: control.name, to_name: control.toName, type: 'choices', value, score }]
}
