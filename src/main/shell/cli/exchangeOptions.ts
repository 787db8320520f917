import { Option } from 'commander'
import type { Problem } from '../../app/exchange/importing.ts'
import { UserError } from '../../base/errors.ts'

export function settingsOption(on: 'read' | 'write'): Option {
  const what = on === 'read' ? 'to be read' : 'written'
  return new Option(
    '--set <question=answer>',
    `how the format is ${what}, see \`surmise formats NAME\`; can be given again`,
  )
    .default([])
    .argParser((value: string, before: string[]) => [...before, value])
}

/** @throws UserError `setting` */
export function settingsOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)]
      throw new UserError('setting', `“${pair}” doesn’t say what is set to what.`, 'Write QUESTION=ANSWER.')
    }),
  )
}

export function problemLines(problems: readonly Problem[]): string[] {
  return problems.map(({ message, count, examples }) => {
    const shown = examples.slice(0, 3).join('; ')
    return `${message}: ${count}${shown === '' ? '' : ` (${shown})`}`
  })
}
