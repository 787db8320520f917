import { Option } from 'commander'
import type { Problem } from '../../app/exchange/importing.ts'
import { UserError } from '../../base/errors.ts'
import { exchange as texts } from './texts/exchange.ts'

/** An option that may be given several times; it parses to the list of its values, or undefined. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, before: string[] = []) => [...before, value])
}

export function settingsOption(on: 'read' | 'write'): Option {
  return repeatable('--set <option=value>', texts.set(on))
}

/** @throws UserError `setting` */
export function settingsOf(pairs: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)]
      throw new UserError('setting', ...texts.badSetting(pair))
    }),
  )
}

export function problemLines(problems: readonly Problem[]): string[] {
  return problems.map(({ message, count, examples }) => texts.problem(message, count, examples.slice(0, 3)))
}
