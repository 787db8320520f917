import { UserError } from '../../base/errors.ts'

const longest = 1000

/**
 * The name as stored: trimmed and composed (NFC).
 * @throws UserError `label-name` if it is empty or too long, or has control characters or lone surrogates
 */
export function labelNameOf(text: string): string {
  const name = text.normalize('NFC').trim()
  if (name === '') throw new UserError('label-name', 'A label needs a name.', 'Type at least one character.')
  // Lone surrogates would turn into another character in UTF-8.
  if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(name)) {
    throw new UserError(
      'label-name',
      `The label name ${JSON.stringify(name.slice(0, 80))} contains a line break, tab or other control character.`,
      'Remove these characters.',
    )
  }
  if (name.length > longest) {
    throw new UserError(
      'label-name',
      `The label name “${name.slice(0, 40)}…” is too long.`,
      `Use at most ${longest} characters.`,
    )
  }
  return name
}

/** Names with equal keys count as the same, so case doesn't matter. Upper case first, so that “ß” and “SS” are the same. */
export function labelNameKey(name: string): string {
  return name.trim().normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')
}
